import NIOCore
import NIOHTTP1

/// The first lines of answers, rendered once.
enum StatusLine {
    private static let lines: [String] = (100..<600).map { code in
        let reason = code == 103 ? "Early Hints" : HTTPResponseStatus(statusCode: code).reasonPhrase
        return "HTTP/1.1 \(code) \(reason)\r\n"
    }

    static func write(_ code: Int, into buffer: inout ByteBuffer) {
        if (100..<600).contains(code) {
            buffer.writeString(lines[code - 100])
        } else {
            buffer.writeString("HTTP/1.1 \(code) \r\n")
        }
    }
}
