import JSON
import TestSupport
import Testing

@Suite("The fault drill", .serialized)
struct DrillTests {
    @Test("each kind of part is lost under load, and nothing that is about more than times goes wrong")
    func shortened() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        #expect(try await cluster.waitUntilServing())
        // One of each: all instances of a service are alike.
        for (name, fault) in [
            ("gateway-1", "kill"), ("auth-1", "kill"), ("strategies-1", "kill"), ("postgres-2", "pause"),
            ("redis", "kill"), ("redis-cache", "cut"), ("postgres-1", "cut"),
        ] {
            let (output, status) = try await cluster.desk(
                "drill", "--here", "--only", name, "--fault", fault, "--no-times", "--json")
            let result = try #require(try JSONValue(parsing: output.utf8).array?.first?.object, "\(output)")
            #expect(status == 0, "\(output)")
            #expect(result["process"]?.string == name && result["part"]?.string != nil)
            #expect(result["acknowledged"]?.integer ?? 0 >= 16, "\(output)")
            #expect(result["lost"]?.integer == 0 && result["doubled"]?.integer == 0, "\(output)")
        }
        let unknown = try await cluster.desk("drill", "--here", "--only", "gateway-9")
        #expect(unknown.status == 1 && unknown.output.contains("There is no process gateway-9"))
        #expect(try await cluster.query("primary", "select count(*) from users where email like 'drill-%'") == "0")
    }
}
