import Foundation
import JSON
import TestSupport
import Testing

/// `Examples/event_consumer.py`, as somebody would run it beside a cluster.
@Suite("The example of a consumer", .serialized)
struct EventConsumerTests {
    private final class Consumer: Sendable {
        private let process: Process
        private let log: URL

        init(_ cluster: ClusterUnderTest, group: String, name: String) throws {
            var root = URL(filePath: #filePath)
            for _ in 0..<3 { root.deleteLastPathComponent() }
            log = FileManager.default.temporaryDirectory.appending(path: "consumer-\(UUID().uuidString).log")
            _ = FileManager.default.createFile(atPath: log.path, contents: nil)
            let output = try FileHandle(forWritingTo: log)
            process = Process()
            process.executableURL = URL(filePath: "/usr/bin/python3")
            process.arguments = [
                root.appending(path: "Examples/event_consumer.py").path, "--url",
                "redis://127.0.0.1:\(cluster.port + 500)/0", "--group", group, "--consumer", name, "--idle-ms", "200",
            ]
            let password = try String(contentsOfFile: cluster.folder + "/secrets/redis.password", encoding: .utf8)
            process.environment = ["REDIS_PASSWORD": password.trimmingCharacters(in: .whitespacesAndNewlines)]
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = output
            try process.run()
            try output.close()
        }

        deinit {
            kill(process.processIdentifier, SIGKILL)
            try? FileManager.default.removeItem(at: log)
        }

        func signal(_ number: Int32) { kill(process.processIdentifier, number) }

        var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

        var messages: [JSONObject] {
            output.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)).object }
        }

        var resyncs: Int { messages.count { $0["type"]?.string == "resync" } }

        /// What it was told of one user: each event's kind and strategy.
        func events(of user: TestUser) -> [String] {
            messages.filter { $0["user"]?.integer == user.id }.map {
                "\($0["type"]?.string ?? "") \($0["data"]?.object?["id"]?.integer ?? 0)"
            }
        }
    }

    @Test("a group misses nothing when one of its consumers dies, and is told when Redis has lost the stream")
    func group() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let group = "test-\(UInt64.random(in: 0 ... .max))"
        let first = try Consumer(cluster, group: group, name: "first")
        let hasBegun = try await eventually { first.resyncs == 1 }
        try #require(hasBegun, "\(first.output)")
        var expected: [String] = []
        for name in ["a", "b", "c"] { expected.append("strategy.created \(try await user.createStrategy(name))") }
        #expect(try await eventually { first.events(of: user) == expected }, "\(first.output)")

        // What was handed to it and is not acknowledged is taken over.
        let redis = RedisShell(cluster)
        first.signal(SIGSTOP)
        expected.append("strategy.created \(try await user.createStrategy("d"))")
        let taken = try await eventually {
            try await redis.run(
                "XREADGROUP", "GROUP", group, "first", "COUNT", "10", "STREAMS", "{events}:stream", ">"
            ).contains("user")
        }
        #expect(taken)
        first.signal(SIGKILL)
        let second = try Consumer(cluster, group: group, name: "second")
        #expect(try await eventually { second.events(of: user) == [expected[3]] }, "\(second.output)")
        #expect(second.resyncs == 0)
        expected.append("strategy.created \(try await user.createStrategy("e"))")
        #expect(try await eventually { second.events(of: user) == Array(expected[3...]) }, "\(second.output)")

        try await redis.run("DEL", "{events}:stream")
        #expect(try await eventually { second.resyncs == 1 }, "\(second.output)")
        expected.append("strategy.created \(try await user.createStrategy("f"))")
        #expect(try await eventually { second.events(of: user) == Array(expected[3...]) }, "\(second.output)")
    }
}
