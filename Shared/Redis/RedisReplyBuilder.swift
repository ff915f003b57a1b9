import CHiredis

/// Receives hiredis' calls while it parses, and puts the reply together as Swift values at once.
///
/// hiredis would otherwise build a tree of C structures that has to be copied and freed. What its table of
/// functions returns is only compared with NULL (an error) and handed back, so each returns the builder itself.
final class RedisReplyBuilder {
    private struct OpenArray {
        let count: Int
        var elements: [RedisReply]
    }

    private let limits: RedisReplyLimits
    private var open: [OpenArray] = []
    private var complete: RedisReply?

    init(limits: RedisReplyLimits) {
        self.limits = limits
    }

    func take() -> RedisReply? {
        defer { complete = nil }
        return complete
    }

    private func add(_ reply: RedisReply) {
        var reply = reply
        while let last = open.indices.last {
            open[last].elements.append(reply)
            guard open[last].elements.count == open[last].count else { return }
            reply = .array(open.removeLast().elements)
        }
        complete = reply
    }

    private func beginArray(_ count: Int) -> Bool {
        guard count <= limits.elements, open.count < limits.depth else { return false }
        guard count > 0 else {
            add(.array([]))
            return true
        }
        var elements: [RedisReply] = []
        elements.reserveCapacity(min(count, 1024))
        open.append(OpenArray(count: count, elements: elements))
        return true
    }

    /// The functions that hiredis calls, for a reader whose `privdata` is a builder.
    static let functions = redisReplyObjectFunctions(
        createString: { task, text, length in
            let bytes = UnsafeRawBufferPointer(start: text, count: length)
            switch task?.pointee.type {
            case REDIS_REPLY_STATUS: return accept(task) { $0.add(.status(String(decoding: bytes, as: UTF8.self))) }
            case REDIS_REPLY_ERROR: return accept(task) { $0.add(.error(String(decoding: bytes, as: UTF8.self))) }
            default: return accept(task) { $0.add(.string(Array(bytes))) }
            }
        },
        createArray: { task, count in
            var isAccepted = false
            let object = accept(task) { isAccepted = $0.beginArray(Int(count)) }
            return isAccepted ? object : nil
        },
        createInteger: { task, value in accept(task) { $0.add(.integer(Int(value))) } },
        createNil: { task in accept(task) { $0.add(.null) } },
        freeObject: { _ in }
    )

    private static func accept(
        _ task: UnsafePointer<redisReadTask>?, _ body: (RedisReplyBuilder) -> Void
    ) -> UnsafeMutableRawPointer? {
        guard let builder = task?.pointee.privdata else { return nil }
        body(Unmanaged<RedisReplyBuilder>.fromOpaque(builder).takeUnretainedValue())
        return builder
    }
}
