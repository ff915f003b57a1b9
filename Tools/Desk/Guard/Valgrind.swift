import FoundationEssentials
import LocalCluster
import Profiling

/// valgrind, and what a Swift program needs to run under it.
struct Valgrind {
    enum Tool: String, CaseIterable {
        case callgrind, memcheck

        /// Beside where the log goes; what else the tools look for is left out.
        func options(folder: String) -> [String] {
            switch self {
            case .callgrind: ["--callgrind-out-file=\(folder)/callgrind.out"]
            case .memcheck: ["--leak-check=no", "--undef-value-errors=no", "--error-limit=no"]
            }
        }

        /// The figure that the tool tells at the end.
        func count(in log: String) -> Int? {
            switch self {
            case .callgrind: ValgrindLog.instructions(in: log)
            case .memcheck: ValgrindLog.allocations(in: log)
            }
        }
    }

    private let valgrind: String
    private let strip: String
    private let compiler: String
    private let shim: String
    /// Takes copies of programs, and logs.
    let folder: String

    /// - Parameter folder: an existing one of this run's.
    static func prepare(_ installation: Installation, folder: String) async throws -> Valgrind {
        let names = ["valgrind", "strip", "cc"]
        let programs = names.map { ServerSearch.program($0) }
        let missing = zip(names, programs).filter { $1 == nil }.map(\.0)
        guard missing.isEmpty, let valgrind = programs[0], let strip = programs[1], let compiler = programs[2] else {
            throw ClusterError(
                "\(missing.joined(separator: " and ")) cannot be found: "
                    + "on Debian and Ubuntu, apt-get install valgrind binutils gcc.")
        }
        let tools = Valgrind(
            valgrind: valgrind, strip: strip, compiler: compiler, shim: folder + "/sigsuspend.so", folder: folder)
        try await tools.run(
            compiler,
            ["-shared", "-fPIC", "-O2", "-o", tools.shim, installation.repository + "/Benchmarks/guard/sigsuspend.c"])
        return tools
    }

    /// Copies a program without what debuggers need, which takes valgrind minutes to read.
    ///
    /// - Returns: the path of the copy.
    func stripped(_ program: String, name: String) async throws -> String {
        let copy = "\(folder)/\(name)"
        try await run(strip, ["-g", "-o", copy, program])
        return copy
    }

    func start(
        _ tool: Tool, _ program: String, environment: [String: String], log: String
    ) throws -> Program.Running {
        try Program(
            valgrind, ["--tool=\(tool.rawValue)", "--log-file=\(log)"] + tool.options(folder: folder) + [program],
            environment: environment.merging(["LD_PRELOAD": shim]) { $1 }, output: log + ".output"
        ).start()
    }

    private func run(_ program: String, _ arguments: [String]) async throws {
        let output = folder + "/tools.log"
        guard try await Program(program, arguments, output: output).run() == 0 else {
            let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            throw ClusterError("\(program) failed: \(text.suffix(500))")
        }
    }
}
