import Gateway
import NIOCore
import NIOWebSocket
import Testing

@Suite("Ends of frames that pass through")
struct WebSocketFrameBoundaryTests {
    private func frame(_ count: Int) -> [UInt8] {
        Array(WebSocketFrameWriter.frame(.binary, ByteBuffer(repeating: 0x81, count: count)).readableBytesView)
    }

    @Test("they are found however the bytes are cut", arguments: [1, 2, 3, 7, 64, 5000])
    func ends(piece: Int) {
        let sizes = [0, 1, 125, 126, 127, 300, 65535, 65536, 70000, 0, 0, 5]
        var boundary = WebSocketFrameBoundary()
        var (position, found) = (0, [Int]())
        let bytes = sizes.flatMap(frame)
        while position < bytes.count {
            let end = min(position + piece, bytes.count)
            // One step into the frame, so that the end before it is not found again.
            position += boundary.advance(over: bytes[position..<min(position + 1, end)])
            position += boundary.advance(over: bytes[position..<end], stopsBetweenFrames: true)
            if boundary.isBetweenFrames { found.append(position) }
        }
        var sum = 0
        let expected = sizes.map { size -> Int in
            sum += frame(size).count
            return sum
        }
        #expect(found == expected)
    }

    @Test("a mask belongs to the frame, and a length that cannot be never ends")
    func others() {
        var masked = WebSocketFrameBoundary()
        #expect([masked.advance(over: [0x81, 0x82, 1, 2, 3, 4, 5])] == [7] && !masked.isBetweenFrames)
        #expect([masked.advance(over: [6, 0x81], stopsBetweenFrames: true)] == [1] && masked.isBetweenFrames)
        var empty = WebSocketFrameBoundary()
        #expect([empty.advance(over: [0x89, 0x80, 1, 2, 3, 4])] == [6] && empty.isBetweenFrames)
        var endless = WebSocketFrameBoundary()
        let head = [0x82, 0xFF] + [UInt8](repeating: 0xFF, count: 8)
        #expect([endless.advance(over: head + [UInt8](repeating: 0, count: 1000))] == [1010])
        #expect(!endless.isBetweenFrames)
    }
}
