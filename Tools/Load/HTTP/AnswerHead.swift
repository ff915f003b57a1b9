import NIOCore

/// The fields of an answer's head that say how its body ends and what comes after it.
struct AnswerHead {
    let status: Int
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var keepsAlive = true
    private(set) var consistencyToken: String?

    /// - Parameter head: with the empty line at its end.
    init(_ head: ByteBuffer) throws(AnswerParser.Failure) {
        var status: Int?
        var fields: [(name: Field, value: String)] = []
        head.withUnsafeReadableBytes { bytes in
            var start = 0
            while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                if start == 0 {
                    status = Self.status(line)
                } else if let field = Field(line) {
                    fields.append((field, field.value(line)))
                }
                start = end + 1
            }
        }
        guard let status else { throw .malformedHead }
        self.status = status
        for (name, value) in fields {
            switch name {
            case .contentLength:
                guard let length = Int(value), length >= 0 else { throw .unknownLength }
                contentLength = length
            case .transferEncoding: isChunked = value.lowercased() == "chunked"
            case .connection: keepsAlive = value.lowercased() != "close"
            case .consistencyToken: consistencyToken = value
            }
        }
    }

    /// `HTTP/1.1 200 OK`
    private static func status(_ line: UnsafeRawBufferPointer) -> Int? {
        guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[8] == UInt8(ascii: " ") else { return nil }
        var status = 0
        for byte in line[9..<12] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            status = status * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return status
    }

    private enum Field {
        case contentLength, transferEncoding, connection, consistencyToken

        /// `nil` for a field that does not matter here; names have no case.
        init?(_ line: UnsafeRawBufferPointer) {
            guard line.count > 11 else { return nil }
            switch line[0] | 0x20 {
            case UInt8(ascii: "c"):
                if Self.begins(line, "content-length:") {
                    self = .contentLength
                } else if Self.begins(line, "connection:") {
                    self = .connection
                } else if Self.begins(line, "consistency-token:") {
                    self = .consistencyToken
                } else {
                    return nil
                }
            case UInt8(ascii: "t"):
                guard Self.begins(line, "transfer-encoding:") else { return nil }
                self = .transferEncoding
            default: return nil
            }
        }

        private static func begins(_ line: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
            guard line.count >= name.utf8CodeUnitCount else { return false }
            return name.withUTF8Buffer { name in
                for (index, byte) in name.enumerated() {
                    let own = line[index]
                    let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(own) ? own | 0x20 : own
                    if lower != byte { return false }
                }
                return true
            }
        }

        func value(_ line: UnsafeRawBufferPointer) -> String {
            var value = line[(line.firstIndex(of: UInt8(ascii: ":")) ?? 0) + 1..<line.count]
            while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
            while let last = value.last, last == 0x20 || last == 0x09 || last == 0x0D { value.removeLast() }
            return String(decoding: value, as: UTF8.self)
        }
    }
}
