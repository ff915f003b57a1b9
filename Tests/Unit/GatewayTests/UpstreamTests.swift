import Gateway
import NIOCore
import Testing

@Suite("Upstreams")
struct UpstreamTests {
    @Test("an instance that refuses is out at once, one that is silent only the second time, and back after one check")
    func health() {
        var health = EndpointHealth()
        #expect(health.status == .unknown)
        #expect(health.checked(.passed) == false)
        #expect(health.status == .healthy)
        #expect(health.checked(.silent) == true)  // check again soon
        #expect(health.status == .healthy)
        #expect(health.checked(.silent) == false)
        #expect(health.status == .doubtful)
        #expect(health.checked(.silent) == false)
        #expect(health.checked(.passed) == false)
        #expect(health.status == .healthy)
        _ = health.checked(.refusedToServe)
        #expect(health.status == .doubtful)
        _ = health.checked(.unreachable)
        #expect(health.status == .unreachable)
        _ = health.checked(.passed)
        health.connectFailed()
        #expect(health.status == .unreachable)
    }

    @Test("what the checks find is seen by all at once")
    func group() throws {
        let endpoints = [UpstreamEndpoint(host: "127.0.0.1", port: 1), UpstreamEndpoint(host: "127.0.0.1", port: 2)]
        let group = UpstreamGroup(name: .auth, endpoints: endpoints)
        let (first, second) = (group.members[0], group.members[1])
        #expect(group.healthy.isEmpty && group.doubtful == .first(2))
        #expect(group.checked(second, .passed)?.change == .healthy)
        #expect(try #require(group.checked(second, .passed)).change == nil)
        #expect(group.checked(first, .refusedToServe)?.change == .doubtful)
        #expect(group.healthy == EndpointSet(1))
        #expect(group.doubtful == EndpointSet(0))
        #expect(group.connectFailed(second))
        #expect(!group.connectFailed(second))
        #expect(group.healthy.isEmpty)
    }

    @Test(
        "an endpoint is a host and a port",
        arguments: [
            ("127.0.0.1:80", "127.0.0.1", true), ("[::1]:80", "::1", true), ("auth:80", "auth", false),
        ])
    func endpoint(text: String, host: String, isAddress: Bool) throws {
        let endpoint = try #require(UpstreamEndpoint(text))
        #expect(endpoint.host == host && endpoint.port == 80)
        #expect((endpoint.address != nil) == isAddress)
        #expect("\(endpoint)" == text)
    }

    @Test("or the socket of an instance on the same machine")
    func socketEndpoint() throws {
        let endpoint = try #require(UpstreamEndpoint("unix:/run/auth-1.sock"))
        #expect(endpoint.socketPath == "/run/auth-1.sock" && endpoint.address?.pathname == "/run/auth-1.sock")
        #expect("\(endpoint)" == "unix:/run/auth-1.sock" && endpoint.authority == "localhost")
    }

    @Test(
        "anything else is no endpoint",
        arguments: [
            "", "auth", ":80", "auth:", "auth:0", "auth:65536", "a b:80", "http://a:80", "unix:", "unix:a.sock",
            "unix:/" + String(repeating: "a", count: 107),
        ])
    func noEndpoint(text: String) {
        #expect(UpstreamEndpoint(text) == nil)
    }

    // MARK: Idle connections

    private final class Connection {}

    private func limits(connections: Int = 3, idle: Int = 2) -> UpstreamPoolLimits {
        var limits = UpstreamPoolLimits()
        limits.connections = connections
        limits.idle = idle
        limits.idleTimeout = .milliseconds(900)  // 10 ticks
        return limits
    }

    private func isConnect(_ lease: IdleConnections<Connection>.Lease) -> Bool {
        if case .connect = lease { true } else { false }
    }

    @Test("the connection that became idle last is used first")
    func reuse() {
        var pool = IdleConnections<Connection>(limits: limits())
        let (first, second, third) = (Connection(), Connection(), Connection())
        for _ in 0..<3 {
            let lease = pool.lease(fresh: false)
            #expect(isConnect(lease))
        }
        guard case .exhausted = pool.lease(fresh: false) else {
            Issue.record("a fourth connection was allowed")
            return
        }
        #expect(pool.release(first, now: 0) == true)
        #expect(pool.release(second, now: 1) == true)
        #expect(pool.release(third, now: 2) == false)
        pool.closed(third)
        guard case .reuse(let reused) = pool.lease(fresh: false) else {
            Issue.record("nothing was reused")
            return
        }
        #expect(reused === second)
        let fresh = pool.lease(fresh: true)
        #expect(isConnect(fresh))
        #expect(pool.count == 3 && pool.idleCount == 1)
    }

    @Test("what is idle for too long is closed, the younger ones stay")
    func expiry() {
        var pool = IdleConnections<Connection>(limits: limits())
        let (first, second) = (Connection(), Connection())
        for _ in 0..<2 { _ = pool.lease(fresh: false) }
        _ = pool.release(first, now: .max - 4)
        _ = pool.release(second, now: 2)  // the count of ticks has begun anew
        #expect(pool.expire(now: 4).count == 0)
        let expired = pool.expire(now: 5)
        #expect(expired.count == 1 && expired.first === first)
        pool.closed(first)
        #expect(pool.idleCount == 1)
        pool.closed(second)
        #expect(pool.count == 0 && pool.idleCount == 0)
    }
}
