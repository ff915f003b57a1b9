import NIOCore

/// Runs tasks on an event loop's own thread.
///
/// A request's task then stays on the thread of its connection: reading, routing, asking Redis and answering need no
/// hop between threads, and each hop is a wake-up that costs more than the work it brings.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
