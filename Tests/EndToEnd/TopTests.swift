import JSON
import TestSupport
import Testing

@Suite("desk top", .serialized)
struct TopTests {
    @Test("each process is shown with its requests and latencies, once where there is no terminal")
    func once() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let load = Load(user)
        try await load.run(readers: 2, writers: 0) {
            let (output, status) = try await cluster.desk("top", "--json")
            #expect(status == 0)
            let entries = try #require(try JSONValue(parsing: output.utf8).array?.compactMap(\.object), "\(output)")
            #expect(entries.count == (try await cluster.processes().count))
            let gateways = entries.filter { $0["name"]?.string?.hasPrefix("gateway") == true }
            #expect(gateways.count == 2 && gateways.allSatisfy { $0["state"]?.string == "ready" })
            // nginx may keep to one of them.
            #expect(gateways.contains { $0["p99_ms"] != nil }, "\(output)")
            let primary = entries.first { $0["role"]?.string == "primary" }
            #expect(primary != nil && entries.contains { $0["role"]?.string == "standby" && $0["lag_ms"] != nil })

            let table = try await cluster.desk("top", "--interval", "0.2")
            #expect(table.status == 0 && table.output.hasPrefix("process"), "\(table.output)")
            #expect(table.output.split(separator: "\n").count == entries.count + 1)
        }
    }
}
