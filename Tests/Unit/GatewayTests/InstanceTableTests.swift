import Gateway
import NIOCore
import Testing

@Suite("Instances of a service")
struct InstanceTableTests {
    private func endpoints(_ ports: Int...) -> [UpstreamEndpoint] {
        ports.map { UpstreamEndpoint(host: "127.0.0.1", port: $0) }
    }

    private func table(_ count: Int, options: UpstreamOptions = UpstreamOptions()) -> InstanceTable {
        var table = InstanceTable(options: options)
        _ = table.replace(with: (1...count).map { UpstreamEndpoint(host: "127.0.0.1", port: $0) })
        for member in table.members { table.update(member) { _ = $0.health.checked(.passed) } }
        return table
    }

    /// As many failures in a row as eject an instance.
    private func fail(_ member: UpstreamMember, of table: inout InstanceTable, now: Int = 0) -> Bool {
        (0..<5).map { _ in table.failed(member, isTrial: false, now: now) }.contains(true)
    }

    @Test("those that stay in the list keep their slot and what is known of them")
    func replacing() {
        var table = table(3)
        let before = table.members
        #expect(table.replace(with: endpoints(1, 2, 3)) == false)
        #expect(table.replace(with: endpoints(3, 4, 1)) == true)
        let after = table.members
        #expect(after.map(\.endpoint.port) == [3, 4, 1])
        #expect(after[0] == before[2] && after[2] == before[0])
        #expect(table.instances.map(\.health.status) == [.healthy, .unknown, .healthy])
        // The slot that became free was given away, and still nobody takes the one for the other.
        #expect(after[1].slot == before[1].slot && after[1] != before[1])
        #expect(!table.contains(before[1]))
        #expect(table.update(before[1]) { _ in true } == nil)
        #expect(table.failed(before[1], isTrial: false, now: 0) == false)
    }

    @Test("who returns begins anew")
    func returning() {
        var table = table(2)
        let before = table.members[1]
        _ = table.replace(with: endpoints(1))
        _ = table.replace(with: endpoints(1, 2))
        #expect(table.members[1] != before && table.instances[1].health.status == .unknown)
    }

    @Test("there are at most as many as a set of endpoints holds")
    func capacity() {
        var table = table(64)
        #expect(table.endpoints { _ in true } == .first(64))
        _ = table.replace(with: (2...80).map { UpstreamEndpoint(host: "127.0.0.1", port: $0) })
        #expect(table.members.count == 64 && Set(table.members.map(\.slot)).count == 64)
    }

    @Test("failures in a row eject an instance, a trial that is answered brings it back")
    func ejection() {
        var table = table(2)
        let member = table.members[0]
        for _ in 0..<4 { #expect(table.failed(member, isTrial: false, now: 0) == false) }
        #expect(table.failed(member, isTrial: false, now: 0) == true)
        #expect(table.ejected == EndpointSet(0))
        #expect(table.trial(among: .first(2), isRepeatable: true, now: 999_999) == nil)
        #expect(table.trial(among: EndpointSet(1), isRepeatable: true, now: 1_000_000) == nil)
        #expect(table.trial(among: .first(2), isRepeatable: true, now: 1_000_000) == 0)
        #expect(table.succeeded(member, isTrial: true, now: 1_000_000) == true)
        #expect(table.ejected.isEmpty)
    }

    @Test(
        "at most half are ejected, however all of them fail",
        arguments: [(1, 0), (2, 1), (3, 1), (4, 2), (7, 3)])
    func floor(instances: Int, ejected: Int) {
        var table = table(instances)
        for member in table.members { _ = fail(member, of: &table) }
        #expect(table.ejected.count == ejected)
        for member in table.members { _ = table.isSlow(member, now: 0) }
        #expect(table.ejected.count == ejected)
    }

    @Test("the share that may be ejected is a setting")
    func share() {
        var options = UpstreamOptions()
        options.ejectedShare = 1
        var table = table(3, options: options)
        for member in table.members { #expect(fail(member, of: &table) == true) }
        #expect(table.ejected == .first(3))
    }

    @Test("one that takes much longer than the others is ejected at once")
    func slow() {
        var table = table(2)
        #expect(table.isSlow(table.members[1], now: 0) == true)
        #expect(table.isSlow(table.members[1], now: 0) == false)
        #expect(table.ejected == EndpointSet(1))
    }

    // MARK: Names

    @Test("a name stands for each of its addresses, and for itself before it is looked up")
    func names() throws {
        var list = EndpointList([
            try #require(UpstreamEndpoint("auth:80")), try #require(UpstreamEndpoint("10.0.0.9:80")),
        ])
        #expect(list.names == ["auth"])
        #expect(list.endpoints.map(\.description) == ["auth:80", "10.0.0.9:80"])
        list.resolved("auth", to: ["10.0.0.2", "10.0.0.1", "10.0.0.2"])
        #expect(list.endpoints.map { $0.address?.ipAddress } == ["10.0.0.1", "10.0.0.2", "10.0.0.9"])
        list.resolved("auth", to: ["10.0.0.1", "10.0.0.2"])
        #expect(list.endpoints.count == 3)
        list.resolved("auth", to: [])  // the name service is away
        #expect(list.endpoints.count == 3)
        list.resolved("auth", to: ["10.0.0.7"])
        #expect(list.endpoints.map { $0.address?.ipAddress } == ["10.0.0.7", "10.0.0.9"])
    }

    @Test("a name with addresses of both families names each instance once")
    func families() throws {
        var list = EndpointList([try #require(UpstreamEndpoint("localhost:80"))])
        list.resolved("localhost", to: ["::1", "127.0.0.1"])
        #expect(list.endpoints.map { $0.address?.ipAddress } == ["127.0.0.1"])
        list.resolved("localhost", to: ["::1"])
        #expect(list.endpoints.map { $0.address?.ipAddress } == ["::1"])
    }

    @Test("a new list keeps the addresses of the names that stay")
    func configuring() throws {
        var list = EndpointList([try #require(UpstreamEndpoint("a:80")), try #require(UpstreamEndpoint("b:80"))])
        list.resolved("a", to: ["10.0.0.1"])
        list.resolved("b", to: ["10.0.0.2"])
        list.configure([try #require(UpstreamEndpoint("a:81")), try #require(UpstreamEndpoint("c:80"))])
        #expect(list.endpoints.map { $0.address?.ipAddress } == ["10.0.0.1", nil])
        list.configure([try #require(UpstreamEndpoint("b:80"))])
        #expect(list.endpoints.map { $0.address?.ipAddress } == [nil])
    }

    @Test("whoever follows a service learns of every change of its members")
    func updates() async throws {
        let group = UpstreamGroup(name: .auth, endpoints: endpoints(1, 2))
        var updates = group.updates().makeAsyncIterator()
        #expect(await updates.next()?.map(\.endpoint.port) == [1, 2])
        group.configure(endpoints(2, 3))
        #expect(await updates.next()?.map(\.endpoint.port) == [2, 3])
        #expect(group.snapshot.instances.map(\.endpoint.port) == [2, 3])
    }
}
