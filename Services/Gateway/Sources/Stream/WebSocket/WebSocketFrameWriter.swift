package import NIOCore
package import NIOWebSocket

/// Writes a server's frames: unmasked, in one piece, with the shortest form of the length (RFC 6455 §5.2).
///
/// A frame becomes bytes once and may then be sent on any number of connections, which NIO's encoder, a handler of one
/// connection, does not offer.
package enum WebSocketFrameWriter {
    package static func frame(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: payload.readableBytes + 10)
        writeHead(opcode, length: payload.readableBytes, into: &buffer)
        buffer.writeImmutableBuffer(payload)
        return buffer
    }

    package static func frame(_ message: WebSocketMessage) -> ByteBuffer {
        switch message {
        case .text(let bytes): frame(.text, bytes)
        case .binary(let bytes): frame(.binary, bytes)
        }
    }

    package static func text(_ text: String) -> ByteBuffer { frame(.text, ByteBuffer(string: text)) }

    /// - Parameters:
    ///   - code: nil for a close without a reason.
    ///   - reason: ASCII, cut off after the 123 bytes that a control frame has room for.
    package static func close(_ code: WebSocketCloseCode?, reason: String = "") -> ByteBuffer {
        var payload = ByteBuffer()
        if let code {
            payload.writeInteger(code.number)
            payload.writeBytes(reason.utf8.prefix(123))
        }
        return frame(.connectionClose, payload)
    }

    private static func writeHead(_ opcode: WebSocketOpcode, length: Int, into buffer: inout ByteBuffer) {
        buffer.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        switch length {
        case ...125: buffer.writeInteger(UInt8(length))
        case ...0xFFFF:
            buffer.writeInteger(126 as UInt8)
            buffer.writeInteger(UInt16(length))
        default:
            buffer.writeInteger(127 as UInt8)
            buffer.writeInteger(UInt64(length))
        }
    }
}
