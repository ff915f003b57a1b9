import Foundation
import JSON
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@Suite("Export and import through the whole cluster")
struct StrategyTransferTests {
    private static let ndjson = "application/x-ndjson"

    private func lines(_ count: Int) -> String {
        (1...count).map { "{\"strategy_name\":\"s\($0)\",\"parameters\":{\"n\":\($0)},\"tags\":[\"bulk\"]}\n" }.joined()
    }

    /// A file of the test's own, gone at its end.
    private func withFile<R>(_ text: String, _ body: (String) async throws -> R) async throws -> R {
        let path = FileManager.default.temporaryDirectory.appending(path: "transfer-\(UUID().uuidString)").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    @Test("a body beyond the limit of others comes in, with its answer line by line, and out again")
    func largeBody() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let text = String(repeating: "x", count: 9_000)
        let body = String(repeating: "{\"strategy_name\":\"s\",\"description\":\"\(text)\"}\n", count: 1_300)
        #expect(body.utf8.count > 11 * 1024 * 1024)
        let refused = try await user.client.post("/api/v1/strategies", json: body)
        #expect(refused.status == 413)
        let answer = try await user.client.send(.POST, "/api/v1/strategies/import", body: (Self.ndjson, body))
        #expect(answer.status == 200 && answer.headers["Content-Type"] == [Self.ndjson])
        #expect(answer.text.split(separator: "\n").count == 1_300)
        #expect(answer.text.hasPrefix("{\"line\":1,\"status\":201,\"id\":"))
        let export = try await user.client.get("/api/v1/strategies/export")
        #expect(export.status == 200 && export.text.split(separator: "\n").count == 1_300)
    }

    @Test("100,000 lines take no more memory than some thousands")
    func constantMemory() async throws {
        let cluster = try await ClusterUnderTest.start(["--gateways", "1", "--auth", "1", "--strategies", "1"])
        let user = try await TestUser.make(cluster)
        let client = {
            var client = user.client
            client.timeout = .minutes(5)
            return client
        }()
        func memory() async throws -> Double {
            let services = try await cluster.processes().filter { $0.name.hasPrefix("strategies") }
            return services.map(\.residentMegabytes).reduce(0, +)
        }
        func bring(_ count: Int) async throws {
            let answer = try await client.send(.POST, "/api/v1/strategies/import", body: (Self.ndjson, lines(count)))
            #expect(answer.status == 200)
            let created = answer.text.split(separator: "\n").count { $0.contains("\"status\":201") }
            #expect(created == count, "\(answer.text.suffix(300))")
        }
        try await bring(5_000)
        _ = try await user.client.get("/api/v1/strategies/export")
        let before = try await memory()
        try await bring(100_000)
        let export = try await client.get("/api/v1/strategies/export")
        #expect(export.text.split(separator: "\n").count == 105_000)
        let after = try await memory()
        #expect(after - before < 40, "\(before) MB before, \(after) MB after")
        #expect(try await cluster.stop() == 0)
    }

    @Test("a client that goes away in the middle of its body leaves nothing of an import that is all or nothing")
    func cutOff() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let text = "{\"strategy_name\":\"s\"}\n{\"strategy_name\":\"t\"}\n"
        let framings = [
            "Transfer-Encoding: chunked\r\n\r\n\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n",
            "Content-Length: 1000\r\n\r\n\(text)",
        ]
        let before = try await ended(cluster)
        for framing in framings {
            let request =
                "POST /api/v1/strategies/import?atomic=true HTTP/1.1\r\nHost: x\r\n"
                + "Authorization: Bearer \(user.accessToken)\r\nContent-Type: \(Self.ndjson)\r\n\(framing)"
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: cluster.port + 301).get()
            try await channel.writeAndFlush(ByteBuffer(string: request))
            try await channel.close()
        }
        #expect(try await eventually { try await ended(cluster) >= before + framings.count })
        #expect(try await user.client.get("/api/v1/strategies?consistency=strong").text == "[]")
    }

    /// How many imports the first service has answered, or given up.
    private func ended(_ cluster: ClusterUnderTest) async throws -> Int {
        let metrics = try await APIClient(cluster.strategiesAdminURL(1)).get("/metrics").text
        return metrics.split(separator: "\n").filter {
            $0.hasPrefix("cryptodesk_http_requests_total{") && $0.contains("/strategies/import\"")
        }.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
    }

    @Test("the command brings a file in and out, says what is wrong, and brings nothing in twice")
    func command() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let account = { (password: String) in
            ["--url", cluster.baseURL, "--email", user.email, "--password-file", password]
        }
        try await withFile(TestUser.password + "\n") { password in
            try await withFile(lines(2_500) + "{\"strategy_name\":\"\"}\n") { file in
                for _ in 0..<2 {
                    let (output, status) = try await ClusterUnderTest.run(
                        ["strategies", "import", file] + account(password))
                    #expect(status == 2 && output.contains("line 2501: strategy_name"), "\(output)")
                    #expect(output.contains("2501 lines: 2500 created, 1 refused"), "\(output)")
                }
                let (again, _) = try await ClusterUnderTest.run(
                    ["strategies", "import", file, "--json", "--name", "second"] + account(password))
                let summary = try JSONValue(parsing: again.utf8).object
                #expect(summary?["created"]?.integer == 2_500 && summary?["complete_to_line"]?.integer == 2_501)
                let exported = file + ".out"
                defer { try? FileManager.default.removeItem(atPath: exported) }
                let (out, status) = try await ClusterUnderTest.run(
                    ["strategies", "export", "--output", exported] + account(password))
                #expect(status == 0 && out.contains("5000 strategies"), "\(out)")
                // What was exported can be imported.
                let other = try await TestUser.make(cluster)
                let (back, code) = try await ClusterUnderTest.run(
                    ["strategies", "import", exported, "--url", cluster.baseURL, "--email", other.email]
                        + ["--password-file", password])
                #expect(code == 0 && back.contains("5000 lines: 5000 created"), "\(back)")
            }
            let (output, status) = try await ClusterUnderTest.run(
                ["strategies", "import", "/nowhere"] + account(password))
            #expect(status == 1 && output.contains("/nowhere"))
        }
    }
}
