import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

/// A small file system in memory.
private struct SmallDisk {
    let path: String

    /// - Throws: when this process may not mount one.
    init(at path: String, megabytes: Int) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard Self.run("/bin/mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path) else {
            throw ClusterUnderTest.Failed(description: "no file system could be mounted at \(path)")
        }
        self.path = path
    }

    func unmount() { _ = Self.run("/bin/umount", "-l", path) }

    /// Takes all the space there is.
    func fill() throws {
        _ = FileManager.default.createFile(atPath: filler, contents: nil)
        let file = try FileHandle(forWritingTo: URL(filePath: filler))
        for size in [1 << 20, 4096] {
            while (try? file.write(contentsOf: Data(repeating: 1, count: size))) != nil {}
        }
        try? file.close()
    }

    func makeSpace() throws { try FileManager.default.removeItem(atPath: filler) }

    private var filler: String { path + "/filler" }

    /// Whether this process may mount file systems.
    static let isPossible: Bool = {
        let path = FileManager.default.temporaryDirectory.appending(path: "mount-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard geteuid() == 0, let disk = try? SmallDisk(at: path, megabytes: 1) else { return false }
        disk.unmount()
        return true
    }()

    static func run(_ program: String, _ arguments: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

@Suite(
    "The primary's disk is full", .enabled(if: SmallDisk.isPossible, "it takes the right to mount a file system"))
struct DiskFullTests {
    @Test(
        "writes get clear 503s, reads go on, nothing is confirmed that is not there, and all comes back with the space")
    func full() async throws {
        let folder = ClusterUnderTest.newFolder()
        let first = try await ClusterUnderTest.start(folder: folder)
        let primary = try #require(try await first.databases().first { $0.role == "primary" }?.name)
        #expect(try await first.stop() == 0)
        let disk = try Self.move(folder + "/" + primary, megabytes: 500)
        defer { disk.unmount() }
        let cluster = try await ClusterUnderTest.start(folder: folder)
        let user = try await TestUser.make(cluster)
        var confirmed: Set<Int> = [try await user.createStrategy()]
        try disk.fill()
        var (refused, unexpected) = (0, [String]())
        let isFull = try await eventually(within: .seconds(60)) {
            let answer = try await Self.create(user)
            switch (answer.status, answer["code"]?.string) {
            case (201, _): if let id = answer["id"]?.integer { confirmed.insert(id) }
            case (503, "database_unavailable"), (503, "outcome_unknown"): refused += 1
            default: unexpected.append("\(answer.status) \(answer.text)")
            }
            return refused >= 5
        }
        #expect(isFull, "the disk did not become full")
        #expect(unexpected.isEmpty, "\(unexpected.prefix(3))")
        let lines = String(repeating: "{\"strategy_name\":\"bulk\"}\n", count: 3)
        let atomic = try await user.client.send(
            .POST, "/api/v1/strategies/import?atomic=true", body: ("application/x-ndjson", lines))
        #expect(atomic.status == 503, "\(atomic.text)")
        // Nothing that was confirmed is missing: from replicas, as long as the primary is away.
        let shown = try await user.client.get("/api/v1/strategies?limit=200")
        #expect(shown.status == 200, "\(shown.text.prefix(200))")

        try disk.makeSpace()
        let isBack = try await eventually(within: .seconds(90)) {
            let answer = try await Self.create(user)
            if answer.status == 201, let id = answer["id"]?.integer { confirmed.insert(id) }
            return answer.status == 201
        }
        #expect(isBack, "writes did not come back")
        let export = try await user.client.get("/api/v1/strategies/export?consistency=strong")
        #expect(export.status == 200)
        let there = Set(export.text.matches(of: #/(?m)^\{"id":(\d+),/#).compactMap { Int($0.output.1) })
        #expect(confirmed.isSubset(of: there), "confirmed, and not there: \(confirmed.subtracting(there))")
        #expect(!export.text.contains("\"bulk\""))
        #expect(try await cluster.stop() == 0)
    }

    /// A strategy that takes some room: text that does not compress.
    private static func create(_ user: TestUser) async throws -> APIClient.Answer {
        let text = (0..<1500).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        return try await user.client.post(
            "/api/v1/strategies", json: #"{"strategy_name":"large","parameters":{"text":"\#(text)"}}"#)
    }

    /// Moves a server's folder onto a disk of its own.
    private static func move(_ folder: String, megabytes: Int) throws -> SmallDisk {
        let aside = folder + ".aside"
        try FileManager.default.moveItem(atPath: folder, toPath: aside)
        let disk = try SmallDisk(at: folder, megabytes: megabytes)
        guard SmallDisk.run("/bin/cp", "-a", aside + "/.", folder),
            SmallDisk.run("/bin/chown", "--reference", aside, folder),
            SmallDisk.run("/bin/chmod", "--reference", aside, folder)
        else { throw ClusterUnderTest.Failed(description: "\(folder) could not be copied") }
        try FileManager.default.removeItem(atPath: aside)
        return disk
    }
}
