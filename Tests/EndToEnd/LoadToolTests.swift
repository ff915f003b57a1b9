import Foundation
import JSON
import TestSupport
import Testing

/// `desk load` against a cluster of its own with one of each.
@Suite("the load test", .serialized)
struct LoadToolTests {
    private static let cluster = Task {
        try await ClusterUnderTest.start(["--gateways", "1", "--auth", "1", "--strategies", "1", "--replicas", "0"])
    }

    /// Writes a scenario for twenty users into a file of its own.
    private func scenario(_ operations: String, _ arrival: String, duration: String, target: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "scenario-\(UUID().uuidString).yaml").path
        let text = """
            description: a test
            operations: {\(operations)}
            users: 20
            strategies: 2
            arrival: {\(arrival)}
            duration: \(duration)
            targets: ["\(target)"]
            """
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func report(_ output: String) throws -> JSONObject {
        try #require(try? JSONValue(parsing: output.utf8).object, "\(output)")
    }

    private func number(_ value: JSONValue?) -> Double {
        if case .number(let text)? = value { Double(text) ?? -1 } else { -1 }
    }

    @Test("every operation is answered rightly, and a target that holds gives status 0")
    func mix() async throws {
        let cluster = try await Self.cluster.value
        let file = try scenario(
            "list: 4, get: 2, change: 2, create-and-delete: 2", "model: closed, connections: 8", duration: "2s",
            target: "errors = 0")
        let (output, status) = try await cluster.desk("load", file, "--json")
        let report = try report(output)
        #expect(status == 0, "\(output)")
        #expect(report["errors"]?.object?.names == [])
        let operations = report["operations"]?.array?.compactMap { $0.object?["operation"]?.string }
        #expect(operations == ["list", "get", "change", "create-and-delete"])
        #expect(number(report["total"]?.object?["requests"]) > 20)
        let processes = report["processes"]?.array?.compactMap { $0.object?["name"]?.string } ?? []
        #expect(processes.contains("gateway-1"))
    }

    @Test("a target that is missed gives status 1, and the page says so")
    func missed() async throws {
        let cluster = try await Self.cluster.value
        let file = try scenario(
            "list: 1", "model: open, rate: 50/s, connections: 4", duration: "1s", target: "p99 <= 0.001 ms")
        let page = FileManager.default.temporaryDirectory.appending(path: "load-\(UUID().uuidString).html").path
        let (output, status) = try await cluster.desk("load", file, "--html", page)
        #expect(status == 1)
        #expect(output.contains("MISSED"), "\(output)")
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("class=\"missed\""))
    }

    @Test("a scenario with a mistake is refused with its line and key")
    func mistake() async throws {
        let cluster = try await Self.cluster.value
        let file = try scenario("lists: 1", "model: closed, connections: 8", duration: "1s", target: "errors = 0")
        let (output, status) = try await cluster.desk("load", file)
        #expect(status == 1)
        #expect(output.contains(".yaml:2: operations.lists: is no operation"), "\(output)")
    }

    /// A closed loop would have asked once in that second.
    @Test("a gateway that stands still for a second is seen by all that was due meanwhile")
    func stall() async throws {
        let cluster = try await Self.cluster.value
        let file = try scenario(
            "list: 1", "model: open, rate: 200/s, connections: 20", duration: "8s", target: "errors = 0")
        let users = FileManager.default.temporaryDirectory.appending(path: "users-\(UUID().uuidString).json").path
        let log = URL(filePath: users + ".log")
        let load = try ClusterUnderTest.launch(
            ["load", file, "--json", "--users-file", users, "--data", cluster.folder], log: log)
        // The users are kept as soon as they are prepared; then the run begins.
        #expect(try await eventually(within: .seconds(60)) { FileManager.default.fileExists(atPath: users) })
        #expect(try await cluster.desk("pause", "gateway-1").status == 0)
        try await Task.sleep(for: .seconds(1))
        #expect(try await cluster.desk("resume", "gateway-1").status == 0)
        #expect(try await eventually(within: .seconds(60)) { !load.isRunning })
        let report = try report(try String(contentsOf: log, encoding: .utf8))
        let total = report["total"]?.object
        #expect(number(total?["max_ms"]) >= 900)
        #expect(number(total?["p99_ms"]) >= 500)
        #expect(number(report["late"]) >= 100)
        #expect(number(total?["requests"]) + number(total?["errors"]) == 1600)
    }
}
