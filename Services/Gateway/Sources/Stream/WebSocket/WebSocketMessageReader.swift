package import NIOCore
package import NIOWebSocket

/// Makes messages of a client's frames, and refuses what RFC 6455 forbids. The frames' own form is NIO's work.
package struct WebSocketMessageReader {
    package enum Outcome: Hashable {
        /// More of a message is to come.
        case nothing
        case message(WebSocketMessage)
        case ping(ByteBuffer)
        case pong
        /// The client ends the connection, with its reason if it gave one.
        case close(WebSocketCloseCode?)
        /// The connection has to be failed (§7.1.7).
        case violation(WebSocketCloseCode, String)
    }

    private struct Fragments {
        let isText: Bool
        var bytes: ByteBuffer
        var validator = UTF8Validator()
    }

    private let maximumMessage: Int
    /// The message under way.
    private var fragments: Fragments?

    /// - Parameter maximumMessage: in bytes, over all frames of a message.
    package init(maximumMessage: Int) { self.maximumMessage = maximumMessage }

    package mutating func read(_ frame: WebSocketFrame) -> Outcome {
        guard frame.reservedBits.isEmpty else { return .violation(.protocolError, "A reserved bit is set") }
        guard frame.maskKey != nil else { return .violation(.protocolError, "A client's frames are masked") }
        switch frame.opcode {
        case .text, .binary:
            guard fragments == nil else { return .violation(.protocolError, "A message is under way") }
            return append(
                frame, to: Fragments(isText: frame.opcode == .text, bytes: ByteBuffer()))
        case .continuation:
            guard let fragments else { return .violation(.protocolError, "No message is under way") }
            self.fragments = nil
            return append(frame, to: fragments)
        case .ping, .pong, .connectionClose: return control(frame)
        default: return .violation(.protocolError, "The opcode is unknown")
        }
    }

    // MARK: Data

    private mutating func append(_ frame: WebSocketFrame, to fragments: Fragments) -> Outcome {
        var fragments = fragments
        var payload = frame.unmaskedData
        guard fragments.bytes.readableBytes + payload.readableBytes <= maximumMessage else {
            return .violation(.messageTooLarge, "The message is larger than \(maximumMessage) bytes")
        }
        if fragments.isText, !fragments.validator.append(payload.readableBytesView) {
            return .violation(.invalidText, "The text is not UTF-8")
        }
        if fragments.bytes.readableBytes == 0 {
            fragments.bytes = payload
        } else {
            fragments.bytes.writeBuffer(&payload)
        }
        guard frame.fin else {
            self.fragments = fragments
            return .nothing
        }
        guard fragments.isText else { return .message(.binary(fragments.bytes)) }
        guard fragments.validator.isComplete else { return .violation(.invalidText, "The text is not UTF-8") }
        return .message(.text(fragments.bytes))
    }

    // MARK: Control

    private func control(_ frame: WebSocketFrame) -> Outcome {
        guard frame.fin, frame.length <= 125 else {
            return .violation(.protocolError, "A control frame is short and in one piece")
        }
        let payload = frame.unmaskedData
        switch frame.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong
        default: return close(payload)
        }
    }

    private func close(_ payload: ByteBuffer) -> Outcome {
        var payload = payload
        guard payload.readableBytes > 0 else { return .close(nil) }
        guard let code = payload.readInteger(as: UInt16.self).map(WebSocketCloseCode.init), code.maySend else {
            return .violation(.protocolError, "The close code is not one")
        }
        var validator = UTF8Validator()
        guard validator.append(payload.readableBytesView), validator.isComplete else {
            return .violation(.invalidText, "The close reason is not UTF-8")
        }
        return .close(code)
    }
}
