import Gateway
import NIOCore
import NIOWebSocket
import Testing

@Suite("WebSocket messages")
struct WebSocketMessageReaderTests {
    private func frame(
        _ opcode: WebSocketOpcode, _ payload: [UInt8] = [], fin: Bool = true, isMasked: Bool = true
    ) -> WebSocketFrame {
        let key: WebSocketMaskingKey = [9, 8, 7, 6]
        var data = ByteBuffer(bytes: payload)
        if isMasked { data.webSocketMask(key) }
        return WebSocketFrame(fin: fin, opcode: opcode, maskKey: isMasked ? key : nil, data: data)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// What the last of these frames comes to.
    private func outcome(_ frames: WebSocketFrame..., maximum: Int = 100) -> WebSocketMessageReader.Outcome {
        var reader = WebSocketMessageReader(maximumMessage: maximum)
        return frames.reduce(.nothing) { _, frame in reader.read(frame) }
    }

    private func code(_ outcome: WebSocketMessageReader.Outcome) -> UInt16? {
        if case .violation(let code, _) = outcome { code.number } else { nil }
    }

    @Test("messages come in one frame or in several, with control frames between them")
    func messages() {
        #expect(outcome(frame(.text, bytes("hello"))) == .message(.text(ByteBuffer(string: "hello"))))
        #expect(outcome(frame(.binary, [0, 0xFF])) == .message(.binary(ByteBuffer(bytes: [0, 0xFF]))))
        #expect(outcome(frame(.text)) == .message(.text(ByteBuffer())))
        let fragments = outcome(
            frame(.text, bytes("a"), fin: false), frame(.ping, [1]), frame(.continuation, [], fin: false),
            frame(.continuation, bytes("b")))
        #expect(fragments == .message(.text(ByteBuffer(string: "ab"))))
        #expect(outcome(frame(.text, bytes("a"), fin: false), frame(.ping, [1])) == .ping(ByteBuffer(bytes: [1])))
        #expect(outcome(frame(.pong, [1])) == .pong)
    }

    @Test("a character may be cut in two by a frame's end, but not by the message's")
    func text() {
        let euro = bytes("€")
        let whole = outcome(
            frame(.text, [euro[0]], fin: false), frame(.continuation, Array(euro[1...])))
        #expect(whole == .message(.text(ByteBuffer(string: "€"))))
        #expect(code(outcome(frame(.text, Array(euro[..<2])))) == 1007)
        #expect(code(outcome(frame(.text, [0xFF], fin: false))) == 1007, "at once, not at the message's end")
        let late = outcome(frame(.text, [euro[0]], fin: false), frame(.continuation, [0x41], fin: false))
        #expect(code(late) == 1007)
    }

    @Test("what the protocol forbids is a violation")
    func violations() {
        var reserved = frame(.text)
        reserved.rsv1 = true
        #expect(code(outcome(reserved)) == 1002)
        #expect(code(outcome(frame(.text, isMasked: false))) == 1002)
        for number in [3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF] as [UInt8] {
            let opcode = WebSocketOpcode(encodedWebSocketOpcode: number)
            #expect(opcode.map { code(outcome(frame($0))) } == 1002)
        }
        #expect(code(outcome(frame(.continuation))) == 1002)
        #expect(code(outcome(frame(.text, fin: false), frame(.text))) == 1002)
        #expect(code(outcome(frame(.text, fin: false), frame(.binary))) == 1002)
        #expect(code(outcome(frame(.text), frame(.continuation))) == 1002)
        #expect(code(outcome(frame(.ping, fin: false))) == 1002)
        #expect(code(outcome(frame(.ping, [UInt8](repeating: 0, count: 126)))) == 1002)
    }

    @Test("a message is bounded over all its frames")
    func size() {
        let half = [UInt8](repeating: 0x41, count: 50)
        #expect(outcome(frame(.text, half + half)) == .message(.text(ByteBuffer(bytes: half + half))))
        #expect(code(outcome(frame(.text, half + half + [0x41]))) == 1009)
        #expect(
            code(
                outcome(
                    frame(.binary, half, fin: false), frame(.continuation, half, fin: false), frame(.continuation, [1]))
            )
                == 1009)
    }

    @Test("a close says nothing, or a code that may be said and a reason in UTF-8")
    func close() {
        #expect(outcome(frame(.connectionClose)) == .close(nil))
        for code in [1000, 1001, 1002, 1003, 1007, 1011, 1013, 3000, 3999, 4000, 4999] as [UInt16] {
            let payload = [UInt8(code >> 8), UInt8(code & 0xFF)] + bytes("Auf Wiedersehen, Ärger")
            #expect(outcome(frame(.connectionClose, payload)) == .close(WebSocketCloseCode(code)))
        }
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] as [UInt16] {
            #expect(self.code(outcome(frame(.connectionClose, [UInt8(code >> 8), UInt8(code & 0xFF)]))) == 1002)
        }
        #expect(code(outcome(frame(.connectionClose, [3]))) == 1002)
        #expect(code(outcome(frame(.connectionClose, [3, 232, 0xC3]))) == 1007)
    }

    @Test("the server's own frames carry the shortest length")
    func writing() {
        func head(_ count: Int) -> [UInt8] {
            let frame = WebSocketFrameWriter.frame(.binary, ByteBuffer(repeating: 0, count: count))
            return Array(frame.readableBytesView.dropLast(count))
        }
        #expect(head(0) == [0x82, 0] && head(125) == [0x82, 125])
        #expect(head(126) == [0x82, 126, 0, 126] && head(65535) == [0x82, 126, 255, 255])
        #expect(head(65536) == [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0])
        let close = WebSocketFrameWriter.close(.unauthorized, reason: String(repeating: "x", count: 200))
        #expect(Array(close.readableBytesView.prefix(4)) == [0x88, 125, 0x11, 0x31] && close.readableBytes == 127)
        #expect(Array(WebSocketFrameWriter.close(nil).readableBytesView) == [0x88, 0])
    }
}
