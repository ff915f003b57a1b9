import FoundationEssentials
import Glibc
import LocalCluster
import Profiling

/// Looks at processes with Linux's `perf` while they work.
struct PerfRecorder {
    /// Looks a second and processor; no divisor of what timers use.
    static let frequency = 997

    private let perf: String
    private let folder: String

    /// - Parameter folder: an existing one that takes the recording.
    init(folder: String) throws {
        guard let perf = ServerSearch.program("perf") else {
            throw ClusterError("perf is needed: on Debian it is in the package linux-perf.")
        }
        self.perf = perf
        self.folder = folder
    }

    func record(_ processes: [Int32], seconds: Double) async throws {
        let log = folder + "/perf.log"
        let status = try await Program(
            perf,
            [
                "record", "-F", "\(Self.frequency)", "-e", "cpu-clock", "-g", "-o", folder + "/perf.data",
                "-p", processes.map(String.init).joined(separator: ","), "--", "sleep", "\(seconds)",
            ], output: log
        ).run()
        guard status == 0 else {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            throw ClusterError("perf cannot record: \(text.suffix(500))")
        }
    }

    func samples() async throws -> [StackSample] {
        let output = folder + "/stacks"
        let status = try await Program(
            perf, ["script", "-i", folder + "/perf.data", "-F", "comm,pid,ip,sym,dso", "--max-stack", "96"],
            output: output
        ).run()
        guard status == 0, let bytes = FileManager.default.contents(atPath: output) else {
            throw ClusterError("perf cannot read its recording.")
        }
        return StackSample.parse(String(decoding: bytes, as: UTF8.self))
    }

    /// Swift's names as people write them; as they are where the toolchain has no `swift-demangle`.
    func demangled(_ symbols: [String]) async throws -> [String: String] {
        guard let program = ServerSearch.program("swift-demangle") else { return [:] }
        let (input, output) = (folder + "/symbols", folder + "/names")
        try symbols.joined(separator: "\n").write(toFile: input, atomically: true, encoding: .utf8)
        let descriptor = open(input, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [:] }
        defer { close(descriptor) }
        let status = try await Program(program, ["--simplified"], input: descriptor, output: output).run()
        guard status == 0, let bytes = FileManager.default.contents(atPath: output) else { return [:] }
        let names = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return Dictionary(zip(symbols, names.map(String.init))) { first, _ in first }
    }
}
