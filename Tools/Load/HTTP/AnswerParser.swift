package import NIOCore

/// Reads HTTP/1.1 answers (RFC 9112) off one connection, one at a time and only what a load test needs of them.
///
/// A parser for all of HTTP costs more than the rest of a request here; what this one does not know is an error, never
/// a wrong figure.
package struct AnswerParser {
    package enum Failure: Error, Hashable {
        /// Neither a status line nor fields.
        case malformedHead
        /// A body that ends with the connection, or a length that is none.
        case unknownLength
        case malformedChunk
        /// More than was asked for.
        case unexpectedBytes
        case tooLarge
    }

    private static let longestHead = 64 << 10
    private static let longestBody = 64 << 20

    private var received = ByteBuffer()
    private var head: AnswerHead?

    package init() {}

    package mutating func append(_ bytes: inout ByteBuffer) {
        if received.readableBytes == 0 { received = bytes } else { received.writeBuffer(&bytes) }
    }

    /// The answer, once all of it has come.
    package mutating func next() throws(Failure) -> HTTPAnswer? {
        while true {
            if head == nil {
                guard let length = headLength() else {
                    guard received.readableBytes <= Self.longestHead else { throw .tooLarge }
                    return nil
                }
                guard let slice = received.readSlice(length: length) else { return nil }
                head = try AnswerHead(slice)
            }
            guard let head else { return nil }
            guard let body = try body(of: head) else { return nil }
            self.head = nil
            // 100 and 103 come before the answer.
            if head.status < 200, head.status != 101 { continue }
            return HTTPAnswer(
                status: head.status, body: body, consistencyToken: head.consistencyToken, keepsAlive: head.keepsAlive)
        }
    }

    /// Whether bytes are left that nobody asked for.
    package var hasRest: Bool { received.readableBytes > 0 }

    /// What came after the head of an upgraded connection.
    mutating func takeRest() -> ByteBuffer {
        defer { received = ByteBuffer() }
        return received
    }

    private func headLength() -> Int? {
        received.withUnsafeReadableBytes { bytes in
            var start = 0
            while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
                if end == start || (end == start + 1 && bytes[start] == UInt8(ascii: "\r")) { return end + 1 }
                start = end + 1
            }
            return nil
        }
    }

    private mutating func body(of head: AnswerHead) throws(Failure) -> ByteBuffer? {
        if head.status < 200 || head.status == 204 || head.status == 304 { return ByteBuffer() }
        if head.isChunked { return try chunkedBody() }
        guard let length = head.contentLength, length >= 0 else { throw .unknownLength }
        guard length <= Self.longestBody else { throw .tooLarge }
        return received.readSlice(length: length)
    }

    /// Reads from the first chunk again whenever more has come: rare, and short.
    private mutating func chunkedBody() throws(Failure) -> ByteBuffer? {
        guard received.readableBytes <= Self.longestBody else { throw .tooLarge }
        var rest = received
        var body = ByteBuffer()
        while true {
            guard let line = Self.readLine(&rest) else { return nil }
            let digits = line.prefix { $0 != ";" && $0 != " " }
            guard let length = Int(digits, radix: 16), length >= 0, length <= Self.longestBody else {
                throw .malformedChunk
            }
            if length == 0 { break }
            guard var chunk = rest.readSlice(length: length) else { return nil }
            body.writeBuffer(&chunk)
            guard let end = Self.readLine(&rest) else { return nil }
            guard end.isEmpty else { throw .malformedChunk }
        }
        while true {
            guard let trailer = Self.readLine(&rest) else { return nil }
            if trailer.isEmpty { break }
        }
        received = rest
        return body
    }

    private static func readLine(_ buffer: inout ByteBuffer) -> String? {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
            var line = buffer.readString(length: end - buffer.readerIndex + 1)
        else { return nil }
        while let last = line.utf8.last, last == 10 || last == 13 { line.unicodeScalars.removeLast() }
        return line
    }
}
