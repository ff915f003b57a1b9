import Foundation
import Gateway
import JSON
import Testing

@Suite("gateway check-config")
struct ConfigurationCheckTests {
    private func check(_ arguments: [String], _ settings: [String: String] = [:]) -> ConfigurationCheck.Result {
        ConfigurationCheck(variables: ConfigurationVariables(settings)).run(arguments)
    }

    private func check(text: String) throws -> ConfigurationCheck.Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "check-\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try text.write(to: file, atomically: true, encoding: .utf8)
        return check([file.path])
    }

    @Test("the shipped file passes, and settings that are not known here are named")
    func shipped() {
        let result = check([GatewayConfiguration.shippedPath])
        #expect(result.status == 0 && result.complaint.isEmpty)
        #expect(result.output.contains(/is well: \d+ routes, 2 policies, 2 upstreams/))
        #expect(result.output.contains("AUTH_UPSTREAMS, STRATEGIES_UPSTREAMS"))
        #expect(
            !check([GatewayConfiguration.shippedPath], GatewayConfiguration.upstreamSettings).output.contains("Not set")
        )
    }

    @Test("mistakes are told one a line, and the exit status is 1")
    func mistakes() throws {
        let shipped = try String(contentsOfFile: GatewayConfiguration.shippedPath, encoding: .utf8)
        let result = try check(
            text: shipped.replacing("built_in: health", with: "built_in: nothing")
                .replacing("key: [user, route]", with: "key: [user, planet]"))
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.complaint.split(separator: "\n").count == 2)
    }

    @Test("a setting that is known is checked, and one that is wrong is told")
    func wrongSetting() {
        let result = check([GatewayConfiguration.shippedPath], ["RATE_LIMIT_USER": "lots"])
        #expect(result.status == 1 && result.complaint.contains("\"lots\" (from RATE_LIMIT_USER)"))
    }

    @Test("with --json the routes, policies and upstreams are there, and no address of an instance")
    func json() throws {
        let result = check(["--json", GatewayConfiguration.shippedPath], GatewayConfiguration.upstreamSettings)
        let report = try #require(try JSONValue(parsing: result.output.utf8).object)
        let routes = try #require(report["routes"]?.array)
        #expect(routes.count > 20)
        #expect(routes[1].object?["policies"]?.array?.first?.object?["limit"]?.string == "50/s burst 100")
        #expect(report["upstreams"]?.array?.map { $0.object?["instances"]?.integer } == [1, 2])
        #expect(!result.output.contains("127.0.0.1"))
    }

    @Test("without a file there is nothing to check", arguments: [[], ["a", "b"], ["--help"]])
    func usage(arguments: [String]) {
        #expect(check(arguments).status == 64)
    }
}
