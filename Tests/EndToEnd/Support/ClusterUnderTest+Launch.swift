import Foundation
import Synchronization
import TestSupport

extension ClusterUnderTest {
    /// Below 32,768: above it the kernel gives ports to outgoing connections, and one of those could take an instance's port
    /// between the check and the instance's start.
    private static let bases = 10_000...19_400
    private static let nextBase = Mutex(bases.lowerBound + Int.random(in: 0..<16) * 600)

    /// A base port whose whole range is free just now; no two tests get the same.
    static func freeBasePort() throws -> Int {
        for _ in 0..<50 {
            let base = nextBase.withLock { next in
                next += 600
                if !bases.contains(next) { next = bases.lowerBound }
                return next
            }
            let offsets = [0, 101, 102, 151, 152, 201, 202, 251, 252, 301, 302, 351, 352, 400, 401, 402, 500, 501]
            if offsets.allSatisfy({ isFree(base + $0) }) { return base }
        }
        throw Failed(description: "No free range of ports.")
    }

    static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// Starts `desk` with both outputs going to a file.
    ///
    /// - Parameters:
    ///   - executable: the one that is tested without.
    ///   - input: nothing can be read from it without one.
    static func launch(
        _ arguments: [String], executable: String? = nil, input: Pipe? = nil, log: URL
    ) throws -> Process {
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = try FileHandle(forWritingTo: log)
        let process = Process()
        process.executableURL = URL(filePath: try executable ?? TestEnvironment.value("DESK_EXECUTABLE"))
        process.arguments = arguments
        process.standardInput = input ?? FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        // A `Process` keeps what it was given. Foundation crashes in `run()` now and then once more than a thousand files are
        // open, as it copies whole entries out of its list of them.
        try output.close()
        try input?.fileHandleForReading.close()
        return process
    }

    /// Runs `desk` to its end.
    static func run(_ arguments: [String]) async throws -> (output: String, status: Int32) {
        let log = FileManager.default.temporaryDirectory.appending(path: "cryptodesk-\(UUID().uuidString).log")
        defer { try? FileManager.default.removeItem(at: log) }
        let process = try launch(arguments, log: log)
        guard try await eventually(within: .seconds(60), { !process.isRunning }) else {
            process.terminate()
            throw Failed(description: "desk \(arguments.joined(separator: " ")) does not end.")
        }
        return (try String(contentsOf: log, encoding: .utf8), process.terminationStatus)
    }

    /// Whether a process of this id lives.
    static func isAlive(_ id: Int32) -> Bool {
        guard kill(id, 0) == 0 else { return false }
        let state = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8))?
            .split(separator: ")").last?.split(separator: " ").first
        return state != "Z"
    }
}
