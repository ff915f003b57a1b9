import CHiredis
package import NIOCore

/// Writes commands as RESP with hiredis' `redisFormatCommandArgv`.
///
/// It keeps its scratch memory between commands, so that encoding allocates only what hiredis itself does.
package struct RedisCommandEncoder {
    private var bytes: [UInt8] = []
    private var lengths: [Int] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    package init() {}

    /// Appends one command to `buffer`. Throws `protocolViolation` when hiredis cannot format it (no memory).
    package mutating func encode(_ arguments: [RedisArgument], into buffer: inout ByteBuffer) throws(RedisError) {
        collect(arguments)
        var formatted: UnsafeMutablePointer<CChar>?
        let count = bytes.withUnsafeBufferPointer { base -> CInt in
            pointers.removeAll(keepingCapacity: true)
            var offset = 0
            for length in lengths {
                let start = base.baseAddress.map { UnsafeRawPointer($0 + offset).assumingMemoryBound(to: CChar.self) }
                pointers.append(start)
                offset += length
            }
            return redisFormatCommandArgv(&formatted, CInt(lengths.count), &pointers, lengths)
        }
        guard count > 0, let formatted else { throw RedisError(.protocolViolation, "command could not be encoded") }
        buffer.writeBytes(UnsafeRawBufferPointer(start: formatted, count: Int(count)))
        redisFreeCommand(formatted)
    }

    private mutating func collect(_ arguments: [RedisArgument]) {
        bytes.removeAll(keepingCapacity: bytes.capacity < 1 << 20)
        lengths.removeAll(keepingCapacity: true)
        for argument in arguments {
            let start = bytes.count
            switch argument {
            case .string(let text): bytes.append(contentsOf: text.utf8)
            case .integer(let value): bytes.append(contentsOf: String(value).utf8)
            case .bytes(let data): bytes.append(contentsOf: data)
            }
            lengths.append(bytes.count - start)
        }
        // hiredis copies from every pointer: an array without storage has none to give.
        if bytes.isEmpty { bytes.append(0) }
    }
}
