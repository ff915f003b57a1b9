import CLinux
import Glibc
import NIOPosix
import Synchronization

/// Starts processes and learns of their ends.
///
/// The kernel sends the parent-death signal when the *thread* that started a child ends (prctl(2)), so all children are
/// started from one thread that lives as long as the supervisor. A second thread waits for their ends.
package final class Launcher: Sendable {
    private struct Children {
        var running: [Int32: ChildProcess] = [:]
        var isReaping = false
    }

    private let starter = NIOThreadPool(numberOfThreads: 1)
    private let reaper = NIOThreadPool(numberOfThreads: 1)
    private let children = Mutex(Children())
    private let setpriv: String

    package init() throws(ClusterError) {
        guard let setpriv = ServerSearch.program("setpriv") else {
            throw ClusterError("The program setpriv was not found: install the package util-linux.")
        }
        self.setpriv = setpriv
        starter.start()
        reaper.start()
    }

    func launch(_ request: LaunchRequest) async throws -> ChildProcess {
        try await starter.runIfActive { try self.spawn(request) }
    }

    /// Runs a program to its end.
    func run(_ request: LaunchRequest) async throws -> ProcessExit {
        let child = try await launch(request)
        if let exit = await child.exit.value() { return exit }
        // Cancelled: nothing that we started outlives us.
        kill(-child.pid, SIGKILL)
        throw CancellationError()
    }

    private func spawn(_ request: LaunchRequest) throws -> ChildProcess {
        Self.closeDescriptorsOnExec()
        let child = try children.withLock { children in
            let child = ChildProcess(pid: try spawnProcess(request))
            children.running[child.pid] = child
            return child
        }
        startReaping()
        return child
    }

    private func spawnProcess(_ request: LaunchRequest) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, request.input ?? "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, STDOUT_FILENO, request.output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID of <spawn.h>, hidden from Swift: Ctrl-C in the terminal must not reach the children.
        let newSession: Int32 = 0x80
        // As the services ask for themselves, PostgreSQL, Redis and nginx do not interrupt one another either.
        var priority = sched_param()
        posix_spawnattr_setschedpolicy(&attributes, SCHED_BATCH)
        posix_spawnattr_setschedparam(&attributes, &priority)
        posix_spawnattr_setflags(
            &attributes,
            Int16(
                newSession | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
                    | Int32(POSIX_SPAWN_SETSCHEDULER)))
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)

        let line = request.commandLine(supervisor: getpid(), setpriv: setpriv)
        let environment = request.environment.map { "\($0.key)=\($0.value)" }
        var pid = pid_t()
        let code = withCStrings(line) { arguments in
            withCStrings(environment) { environment in
                posix_spawn(&pid, setpriv, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw SystemError(code: code) }
        return pid
    }

    private func startReaping() {
        let isFirst = children.withLock { children in
            defer { children.isReaping = true }
            return !children.isReaping
        }
        if isFirst { reaper.submit { _ in self.reap() } }
    }

    /// Waits for children until there are none.
    private func reap() {
        while true {
            var status: Int32 = 0
            let pid = waitpid(-1, &status, 0)
            let ended: ChildProcess? = children.withLock { $0.running.removeValue(forKey: pid) }
            ended?.exit.set(ProcessExit(waitStatus: status))
            guard pid < 0, errno == ECHILD else { continue }
            let isDone = children.withLock { children in
                children.isReaping = !children.running.isEmpty
                return !children.isReaping
            }
            if isDone { return }
        }
    }

    /// A child must not hold our lock, our sockets, or a pipe that somebody waits on for its end.
    private static func closeDescriptorsOnExec() {
        guard let folder = opendir("/proc/self/fd") else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let descriptor = Int32(name), descriptor > STDERR_FILENO else { continue }
            let flags = fcntl(descriptor, F_GETFD)
            if flags >= 0 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
        }
    }
}

/// Lends strings as the zero-terminated array of zero-terminated strings that exec(3) takes.
package func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
}
