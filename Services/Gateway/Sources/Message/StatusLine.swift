import NIOHTTP1

/// The first lines of answers, rendered once.
enum StatusLine {
    private static let lines: [String] = (100..<600).map { code in
        let reason = code == 103 ? "Early Hints" : HTTPResponseStatus(statusCode: code).reasonPhrase
        return "HTTP/1.1 \(code) \(reason)\r\n"
    }

    static func write(_ code: Int, into head: inout HeadBytes) {
        if (100..<600).contains(code) {
            head.writeString(lines[code - 100])
        } else {
            head.writeString("HTTP/1.1 \(code) \r\n")
        }
    }
}
