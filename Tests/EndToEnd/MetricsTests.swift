import Foundation
import NIOHTTP1
import TestSupport
import Testing

@Suite("The metrics of running processes")
struct MetricsTests {
    private static func page(_ process: ClusterUnderTest.ProcessEntry) async throws -> (text: String, type: String?) {
        let port = try #require(process.adminPort)
        let answer = try await APIClient("http://127.0.0.1:\(port)").send(.GET, "/metrics")
        #expect(answer.status == 200, "\(process.name)")
        return (answer.text, answer.headers.first(name: "Content-Type"))
    }

    /// The names in the table of docs/metrics.md that a process tells.
    private static func documented(_ service: String) throws -> Set<String> {
        var folder = URL(filePath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        let text = try String(contentsOf: folder.appending(path: "docs/metrics.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let told = rows.filter { $0[3] == "all" || $0[3].split(separator: ", ").contains(Substring(service)) }
        return Set(told.map { String($0[0].filter { $0 != "`" }) })
    }

    private static func processes(
        _ cluster: ClusterUnderTest
    ) async throws -> [(service: String, entry: ClusterUnderTest.ProcessEntry)] {
        try await cluster.processes().compactMap { entry in
            let service = entry.name.prefix { $0 != "-" }
            return ["gateway", "auth", "strategies"].contains(service) ? (String(service), entry) : nil
        }
    }

    @Test("every process tells exactly what the documentation says, in a form that Prometheus takes")
    func pages() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let processes = try await Self.processes(cluster)
        #expect(Set(processes.map(\.service)).count == 3)
        for (service, entry) in processes {
            let (text, type) = try await Self.page(entry)
            #expect(type == "text/plain; version=0.0.4; charset=utf-8")
            let page = try PrometheusPage(text)
            #expect(Set(page.families.map(\.name)) == (try Self.documented(service)), "\(entry.name)")
            #expect(page.value("cryptodesk_build_info", ["service": service]) == 1)
            #expect(page.value("cryptodesk_redis_up") == 1)
            #expect(page.value("cryptodesk_revocation_proof_age_seconds").map { (0..<60).contains($0) } == true)
            try Self.checkWithPromtool(text, entry.name)
        }
    }

    /// Debian's package `prometheus` has the tool; without it the strict reader alone must do.
    private static func checkWithPromtool(_ text: String, _ name: String) throws {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let tool = folders.map { "\($0)/promtool" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let tool else { return }
        let file = FileManager.default.temporaryDirectory.appending(path: "cryptodesk-\(name).prom")
        try Data(text.utf8).write(to: file)
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: tool)
        process.arguments = ["check", "metrics"]
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let complaints = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && complaints.isEmpty, "\(name): \(complaints)")
    }

    @Test("requests are counted where they are answered, by route, status and service")
    func requests() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        func total(_ service: String, _ name: String, _ labels: [String: String]) async throws -> Double {
            var sum = 0.0
            for (kind, entry) in try await Self.processes(cluster) where kind == service {
                sum += try PrometheusPage(try await Self.page(entry).text).value(name, labels) ?? 0
            }
            return sum
        }
        let name = "cryptodesk_gateway_requests_total"
        let found = ["route": "strategies", "code": "200", "upstream": "strategies"]
        let missing = ["route": "none", "code": "404", "upstream": "none"]
        let before = (
            try await total("gateway", name, found), try await total("gateway", name, missing),
            try await total("strategies", "cryptodesk_http_requests_total", ["code": "200", "method": "GET"])
        )
        for _ in 0..<5 { #expect(try await user.client.send(.GET, "/api/v1/strategies").status == 200) }
        for _ in 0..<3 { #expect(try await user.client.send(.GET, "/nowhere").status == 404) }
        #expect(try await total("gateway", name, found) >= before.0 + 5)
        #expect(try await total("gateway", name, missing) >= before.1 + 3)
        #expect(
            try await total("strategies", "cryptodesk_http_requests_total", ["code": "200", "method": "GET"])
                >= before.2 + 5)
        #expect(
            try await total("gateway", "cryptodesk_gateway_request_duration_seconds_count", ["route": "strategies"])
                >= 5)
        #expect(try await total("auth", "cryptodesk_auth_password_hashes_total", [:]) >= 1)
        let supplies = try await total("gateway", "cryptodesk_gateway_rate_limit_refills_total", ["result": "granted"])
        let questions = try await total(
            "gateway", "cryptodesk_gateway_rate_limit_exact_questions_total", ["result": "admitted"])
        #expect(supplies + questions >= 1)
    }
}
