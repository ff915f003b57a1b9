import CHiredis
package import NIOCore

/// Turns what the server sends into replies with hiredis' `redisReader`, however the bytes are cut.
package final class RedisReplyDecoder {
    private let reader: UnsafeMutablePointer<redisReader>?
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let builder: RedisReplyBuilder
    private let limits: RedisReplyLimits

    package init(limits: RedisReplyLimits = RedisReplyLimits()) {
        self.limits = limits
        self.builder = RedisReplyBuilder(limits: limits)
        self.functions = .allocate(capacity: 1)
        functions.initialize(to: RedisReplyBuilder.functions)
        self.reader = redisReaderCreateWithFunctions(functions)
        reader?.pointee.privdata = Unmanaged.passUnretained(builder).toOpaque()
        reader?.pointee.maxbuf = 64 << 10
    }

    deinit {
        if let reader { redisReaderFree(reader) }
        functions.deallocate()
    }

    /// Takes what was read from the socket.
    package func feed(_ buffer: ByteBuffer) throws(RedisError) {
        guard let reader else { throw RedisError(.protocolViolation, "no memory for a reader") }
        let status = buffer.withUnsafeReadableBytes { bytes in
            redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard status == REDIS_OK else { throw violation(of: reader) }
    }

    /// The next complete reply, nil when more bytes are needed. After it threw, the decoder is of no more use.
    package func next() throws(RedisError) -> RedisReply? {
        guard let reader else { throw RedisError(.protocolViolation, "no memory for a reader") }
        var object: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &object) == REDIS_OK else { throw violation(of: reader) }
        if object != nil { return builder.take() }
        guard reader.pointee.len - reader.pointee.pos <= limits.bytes else {
            throw RedisError(.protocolViolation, "a reply is larger than \(limits.bytes) bytes")
        }
        return nil
    }

    private func violation(of reader: UnsafeMutablePointer<redisReader>) -> RedisError {
        let text = withUnsafeBytes(of: reader.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return RedisError(.protocolViolation, text)
    }
}
