import Gateway
import JSON
import Testing

@Suite("Health")
struct HealthSummaryTests {
    private func instances(_ findings: EndpointHealth.Finding...) throws -> [InstanceTable.Instance] {
        let group = UpstreamGroup(
            name: .auth, endpoints: findings.indices.map { UpstreamEndpoint(host: "secret-host", port: $0 + 1) })
        for (index, finding) in findings.enumerated() {
            let report = try JSONValue(
                parsing: Array(#"{"postgres":{"primary":"ok","replicas":[{"lag_ms":3}]}}"#.utf8), maximumDepth: 8)
            for _ in 0..<2 {
                _ = group.checked(group.members[index], finding, report: finding == .passed ? report.object : nil)
            }
        }
        return group.instances
    }

    private func summary(
        auth: [InstanceTable.Instance], strategies: [InstanceTable.Instance], redis: Bool = true,
        revocations: Bool = true
    ) -> HealthSummary {
        HealthSummary(
            upstreams: [(.auth, auth), (.strategies, strategies)], redisIsReady: redis, revocationsAreReady: revocations
        )
    }

    @Test("all is well")
    func ok() throws {
        let report = summary(auth: try instances(.passed), strategies: try instances(.passed, .passed))
        #expect(report.canServe)
        let expected =
            #"{"status":"ok","services":{"auth":{"status":"ok","instances":[{"status":"ok"}]},"#
            + #""strategies":{"status":"ok","instances":[{"status":"ok"},{"status":"ok"}]}},"#
            + #""postgres":{"primary":"ok","replicas":[{"lag_ms":3}]},"redis":"ok","version":"0.1.0"}"#
        #expect(report.render(isDraining: false) == expected)
        #expect(report.render(isDraining: true).hasPrefix(#"{"status":"draining""#))
    }

    @Test("one instance less, or no Redis, is degraded, and still 200")
    func degraded() throws {
        let report = summary(auth: try instances(.passed), strategies: try instances(.passed, .unreachable))
        #expect(report.canServe)
        #expect(report.render(isDraining: false).hasPrefix(#"{"status":"degraded""#))
        let withoutRedis = summary(auth: try instances(.passed), strategies: try instances(.passed), redis: false)
        #expect(withoutRedis.canServe)
        #expect(withoutRedis.render(isDraining: false).hasPrefix(#"{"status":"degraded""#))
    }

    @Test("a service without an instance cannot serve, and nobody can who does not know what is revoked")
    func unavailable() throws {
        let well = try instances(.passed)
        #expect(!summary(auth: well, strategies: try instances(.silent)).canServe)
        #expect(!summary(auth: well, strategies: try instances(.refusedToServe)).canServe)
        #expect(!summary(auth: well, strategies: well, revocations: false).canServe)
        #expect(!summary(auth: well, strategies: []).canServe)
    }

    @Test("no name of a host is told")
    func names() throws {
        let report = summary(auth: try instances(.unreachable), strategies: try instances(.passed))
        #expect(!report.render(isDraining: false).contains("secret-host"))
    }
}
