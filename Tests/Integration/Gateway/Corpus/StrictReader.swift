/// Reads requests byte by byte, as ``StrictRequest`` says.
struct StrictReader {
    enum Failure: Error {
        case unfinished
        case malformed(String)
    }

    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    mutating func request() throws(Failure) -> StrictRequest {
        var request = StrictRequest()
        let line = try self.line()
        request.lines = [String(decoding: line, as: UTF8.self)]
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].elementsEqual("HTTP/1.1".utf8) else { throw .malformed("request line") }
        guard !parts[0].isEmpty, parts[0].allSatisfy(Self.isToken) else { throw .malformed("method") }
        guard parts[1].first == UInt8(ascii: "/"), parts[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .malformed("target")
        }
        request.method = String(decoding: parts[0], as: UTF8.self)
        request.target = String(decoding: parts[1], as: UTF8.self)
        request.fields = try fields(&request.lines)
        guard request.values("host").count == 1 else { throw .malformed("not one Host") }
        try readBody(of: &request)
        return request
    }

    private mutating func readBody(of request: inout StrictRequest) throws(Failure) {
        let (lengths, codings) = (request.values("content-length"), request.values("transfer-encoding"))
        guard lengths.count + codings.count <= 1 else { throw .malformed("two ways to tell the end") }
        if let text = lengths.first {
            guard (1...15).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let length = Int(text)
            else { throw .malformed("Content-Length") }
            request.body = Array(try take(length))
        } else if let coding = codings.first {
            guard coding == "chunked" else { throw .malformed("Transfer-Encoding") }
            while true {
                let size = try chunkSize()
                if size == 0 { break }
                request.body += try take(size)
                guard try take(2).elementsEqual([0x0D, 0x0A]) else { throw .malformed("the end of a chunk") }
            }
            request.trailers = try fields(&request.lines)
        }
    }

    private mutating func chunkSize() throws(Failure) -> Int {
        let line = try self.line()
        guard (1...8).contains(line.count), line.allSatisfy(Self.isHexadecimal),
            let size = Int(String(decoding: line, as: UTF8.self), radix: 16)
        else { throw .malformed("chunk size") }
        return size
    }

    // MARK: Lines

    private mutating func fields(_ lines: inout [String]) throws(Failure) -> [StrictRequest.Field] {
        var fields: [StrictRequest.Field] = []
        while true {
            let line = try self.line()
            if line.isEmpty { return fields }
            lines.append(String(decoding: line, as: UTF8.self))
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .malformed("no colon") }
            let name = line[..<colon]
            guard !name.isEmpty, name.allSatisfy(Self.isToken) else { throw .malformed("name") }
            var value = line[(colon + 1)...]
            guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw .malformed("value") }
            while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
            while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
            fields.append(.init(name: String(decoding: name, as: UTF8.self), value: Array(value)))
        }
    }

    /// Up to CR LF. Neither of them may stand alone.
    private mutating func line() throws(Failure) -> ArraySlice<UInt8> {
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x0A { throw .malformed("a bare LF") }
            guard byte == 0x0D else { continue }
            guard index < bytes.count else { throw .unfinished }
            guard bytes[index] == 0x0A else { throw .malformed("a bare CR") }
            index += 1
            return bytes[start..<(index - 2)]
        }
        throw .unfinished
    }

    private mutating func take(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
        guard bytes.count - index >= count else { throw .unfinished }
        defer { index += count }
        return bytes[index..<(index + count)]
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
