import Glibc
import LocalCluster
import NIOPosix

/// Another program, run with this one's terminal and environment.
struct Program {
    struct Running: Sendable {
        let pid: pid_t

        /// The exit status once the program has ended; 128 and the signal's number if one ended it.
        func endedStatus() -> Int32? {
            var status: Int32 = 0
            return waitpid(pid, &status, WNOHANG) == pid ? Self.code(status) : nil
        }

        func terminate() { kill(pid, SIGTERM) }

        /// Waits for the end.
        func wait() async throws -> Int32 {
            try await NIOThreadPool.singleton.runIfActive {
                var status: Int32 = 0
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                return Self.code(status)
            }
        }

        private static func code(_ status: Int32) -> Int32 {
            let signal = status & 0x7f
            return signal == 0 ? (status >> 8) & 0xff : 128 + signal
        }
    }

    private let path: String
    private let arguments: [String]
    private let environment: [String: String]
    private let input: Int32?
    private let output: String?
    private let isDetached: Bool

    /// - Parameters:
    ///   - environment: added to this process's own.
    ///   - input: a descriptor for its standard input, else this program's own.
    ///   - output: a file that takes its standard output and standard error.
    ///   - isDetached: it outlives this program and its terminal.
    init(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], input: Int32? = nil,
        output: String? = nil, isDetached: Bool = false
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.output = output
        self.isDetached = isDetached
    }

    func start() throws -> Running {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if isDetached { posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) }
        if let input { posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
        if let output {
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID of <spawn.h>, hidden from Swift.
        let newSession: Int32 = isDetached ? 0x80 : 0
        posix_spawnattr_setflags(
            &attributes, Int16(newSession | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)))
        var signals = sigset_t()
        // Threads of libdispatch block signals, and the program would never hear that it is to end.
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        var pid = pid_t()
        let code = withCStrings([path] + arguments) { arguments in
            withCStrings(mergedEnvironment()) { environment in
                posix_spawn(&pid, path, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw ClusterError("\(path) could not be started: \(String(cString: strerror(code))).") }
        return Running(pid: pid)
    }

    /// Starts the program and waits for its end.
    func run() async throws -> Int32 { try await start().wait() }

    /// Becomes the program; returns only if that fails.
    func replaceThisProcess() throws {
        for (name, value) in environment { setenv(name, value, 1) }
        _ = withCStrings([path] + arguments) { execv(path, $0) }
        throw ClusterError("\(path) could not be started: \(String(cString: strerror(errno))).")
    }

    private func mergedEnvironment() -> [String] {
        var own: [String] = []
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            let name = text.prefix { $0 != "=" }
            if environment[String(name)] == nil { own.append(text) }
            next += 1
        }
        return own + environment.map { "\($0.key)=\($0.value)" }
    }
}
