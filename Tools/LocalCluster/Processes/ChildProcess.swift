/// A process that the launcher started.
final class ChildProcess: Sendable {
    let pid: Int32
    let exit = Latch<ProcessExit>()

    init(pid: Int32) { self.pid = pid }
}
