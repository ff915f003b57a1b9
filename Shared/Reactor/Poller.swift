import CLinux
import Glibc

/// The descriptors that a reactor watches: an epoll instance (epoll(7)), level-triggered.
package struct Poller: ~Copyable {
    /// What a descriptor is watched for. A closed peer is always reported.
    package enum Interest: Sendable {
        case read
        case write
        case readAndWrite

        fileprivate var events: UInt32 {
            switch self {
            case .read: EPOLLIN.rawValue
            case .write: EPOLLOUT.rawValue
            case .readAndWrite: EPOLLIN.rawValue | EPOLLOUT.rawValue
            }
        }
    }

    private let epoll: Int32

    /// - Throws: ``SystemCallFailed`` when the process has no descriptor left.
    init() throws(SystemCallFailed) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemCallFailed("epoll_create1") }
    }

    deinit { close(epoll) }

    /// Watches a descriptor, or changes what it is watched for.
    package func watch(_ descriptor: Int32, for interest: Interest) {
        var event = epoll_event(events: interest.events, data: epoll_data_t(fd: descriptor))
        if epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) != 0, errno == ENOENT {
            epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
        }
    }

    /// Stops watching. Harmless for a descriptor that is closed or was never watched.
    package func forget(_ descriptor: Int32) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// Waits for events until `deadline` and hands over each ready descriptor.
    func wait(
        until deadline: ContinuousClock.Instant?, buffer: inout [epoll_event], _ body: (Int32) -> Void
    ) {
        let timeout = deadline.map { Self.milliseconds(until: $0) } ?? -1
        let count = epoll_wait(epoll, &buffer, Int32(buffer.count), timeout)
        guard count > 0 else { return }
        for index in 0..<Int(count) { body(buffer[index].data.fd) }
    }

    /// Rounded up, so that a deadline has passed when the wait ends by it.
    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { return 0 }
        let (seconds, attoseconds) = left.components
        return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}

/// A system call that failed, with its `errno`.
package struct SystemCallFailed: Error, CustomStringConvertible {
    package let call: String
    package let code: Int32

    init(_ call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    package var description: String { "\(call) failed: \(String(cString: strerror(code)))" }
}
