package import NIOCore
package import NIOHTTP1

/// Writes the head of a proxied answer: the upstream's own fields, and those that every answer carries.
package struct ResponseHeadWriter: Sendable {
    private let head: HTTPResponseHead
    /// How the answer's body ends on the client's side.
    package let framing: BodyFraming
    /// In lower case: the fields that the upstream's `Connection` names.
    private let connectionFields: [String]

    /// - Parameters:
    ///   - method: of the request.
    ///   - version: the client's.
    /// - Returns: `nil` when the upstream's head contradicts itself.
    package init?(_ head: HTTPResponseHead, to method: HTTPMethod, version: HTTPVersion) {
        var (length, isChunked, names) = (Int?.none, false, [String]())
        for (name, value) in head.headers {
            switch FieldName(name) {
            case .contentLength:
                guard length == nil, let count = Int(value), count >= 0 else { return nil }
                length = count
            case .transferEncoding:
                guard !isChunked, value == "chunked" || value.lowercased() == "chunked" else { return nil }
                isChunked = true
            case .connection: Self.read(connection: value, into: &names)
            default: break
            }
        }
        self.head = head
        connectionFields = names
        if method == .HEAD || head.status == .noContent || head.status == .notModified {
            framing = .none
        } else if let length, !isChunked {
            framing = .length(length)
        } else {
            framing = version == .http1_1 ? .chunked : .untilClose
        }
    }

    private static func read(connection value: String, into names: inout [String]) {
        guard value != "keep-alive", value != "close" else { return }
        for option in value.split(separator: ",") {
            let name = option.filter { $0 != " " && $0 != "\t" }.lowercased()
            if name != "close", name != "keep-alive", !name.isEmpty { names.append(name) }
        }
    }

    /// - Parameter date: of now, for an upstream that does not tell (RFC 9110 §6.6.1).
    package func write(_ context: AnswerContext, date: @autoclosure () -> String, into buffer: inout ByteBuffer) {
        buffer.writeHead { write(context, date: date(), into: &$0) }
    }

    private func write(_ context: AnswerContext, date: @autoclosure () -> String, into bytes: inout HeadBytes) {
        StatusLine.write(Int(head.status.code), into: &bytes)
        context.writeCookies(into: &bytes)
        var present: SecurityFields = []
        var hasDate = false
        for (name, value) in head.headers {
            let field = FieldName(name)
            switch field {
            case .transferEncoding, .connection, .hopByHop, .upgrade, .requestID, .traceParent, .accessControl,
                .requestMethod, .requestHeaders, .server:
                continue
            case .contentLength:
                // HEAD and 304 tell the length of the body that they do not have (RFC 9110 §8.6).
                if framing == .none, head.status != .noContent { bytes.writeLine(name, value) }
                continue
            default:
                if !connectionFields.isEmpty, connectionFields.contains(name.lowercased()) { continue }
                if field == .date { hasDate = true }
                present.formUnion(SecurityFields(field))
                bytes.writeLine(name, value)
            }
        }
        if !hasDate { bytes.writeLine("Date", date()) }
        context.write(besides: present, into: &bytes)
        switch framing {
        case .none, .untilClose: bytes.writeStaticString("\r\n")
        case .length(let length):
            bytes.writeStaticString("Content-Length: ")
            bytes.writeDecimal(length)
            bytes.writeStaticString("\r\n\r\n")
        case .chunked: bytes.writeStaticString("Transfer-Encoding: chunked\r\n\r\n")
        }
    }

    /// A 101, after which the connection speaks another protocol.
    package static func write(
        switching head: HTTPResponseHead, _ context: AnswerContext, into buffer: inout ByteBuffer
    ) {
        var context = context
        context.closesConnection = false
        buffer.writeHead { bytes in
            StatusLine.write(Int(head.status.code), into: &bytes)
            context.writeCookies(into: &bytes)
            bytes.writeStaticString("Connection: Upgrade\r\n")
            for (name, value) in head.headers {
                switch FieldName(name) {
                case .upgrade, .other, .date: bytes.writeLine(name, value)
                default: continue
                }
            }
            context.write(besides: [], into: &bytes)
            bytes.writeStaticString("\r\n")
        }
    }

    /// A 1xx answer, whose fields are the upstream's alone.
    package static func write(informational head: HTTPResponseHead, into buffer: inout ByteBuffer) {
        buffer.writeHead { bytes in
            StatusLine.write(Int(head.status.code), into: &bytes)
            for (name, value) in head.headers where FieldName(name) == .other { bytes.writeLine(name, value) }
            bytes.writeStaticString("\r\n")
        }
    }
}
