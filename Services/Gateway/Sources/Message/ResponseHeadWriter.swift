package import NIOCore
package import NIOHTTP1

/// Writes the head of a proxied answer: the upstream's own fields, and those that every answer carries.
package enum ResponseHeadWriter {
    /// How the answer's body ends on the client's side.
    ///
    /// - Returns: `nil` when the upstream's head contradicts itself.
    package static func framing(
        of head: HTTPResponseHead, to method: HTTPMethod, version: HTTPVersion
    ) -> BodyFraming? {
        let status = Int(head.status.code)
        if method == .HEAD || status == 204 || status == 304 { return BodyFraming.none }
        let unknownLength: BodyFraming = version == .http1_1 ? .chunked : .untilClose
        let codings = head.headers[canonicalForm: "transfer-encoding"]
        if !codings.isEmpty {
            return codings.count == 1 && codings[0].lowercased() == "chunked" ? unknownLength : nil
        }
        let lengths = head.headers["content-length"]
        guard let first = lengths.first else { return unknownLength }
        guard lengths.count == 1, let length = Int(first), length >= 0 else { return nil }
        return .length(length)
    }

    /// - Parameter framing: as ``framing(of:to:version:)`` told.
    package static func write(
        _ head: HTTPResponseHead, framing: BodyFraming, _ context: AnswerContext, into buffer: inout ByteBuffer
    ) {
        StatusLine.write(Int(head.status.code), into: &buffer)
        var present: SecurityFields = []
        let ended = connectionFields(of: head)
        for (name, value) in head.headers {
            let field = FieldName(name)
            switch field {
            case .transferEncoding, .connection, .hopByHop, .upgrade, .requestID, .traceParent, .accessControl,
                .requestMethod, .requestHeaders, .server:
                continue
            case .contentLength:
                // HEAD and 304 tell the length of the body that they do not have (RFC 9110 §8.6).
                if framing == .none, head.status != .noContent { buffer.writeLine(name, value) }
                continue
            default:
                if !ended.isEmpty, ended.contains(name.lowercased()) { continue }
                present.formUnion(SecurityFields(field))
                buffer.writeLine(name, value)
            }
        }
        context.write(besides: present, into: &buffer)
        switch framing {
        case .none, .untilClose: buffer.writeStaticString("\r\n")
        case .length(let length):
            buffer.writeStaticString("Content-Length: ")
            buffer.writeDecimal(length)
            buffer.writeStaticString("\r\n\r\n")
        case .chunked: buffer.writeStaticString("Transfer-Encoding: chunked\r\n\r\n")
        }
    }

    /// A 1xx answer, whose fields are the upstream's alone.
    package static func write(informational head: HTTPResponseHead, into buffer: inout ByteBuffer) {
        StatusLine.write(Int(head.status.code), into: &buffer)
        for (name, value) in head.headers where FieldName(name) == .other { buffer.writeLine(name, value) }
        buffer.writeStaticString("\r\n")
    }

    /// In lower case: the fields that the upstream's `Connection` names.
    private static func connectionFields(of head: HTTPResponseHead) -> [String] {
        var names: [String] = []
        for value in head.headers["connection"] {
            switch value {
            case "keep-alive", "close": continue
            default:
                for option in value.split(separator: ",") {
                    let name = option.filter { $0 != " " && $0 != "\t" }.lowercased()
                    if name != "close", name != "keep-alive", !name.isEmpty { names.append(name) }
                }
            }
        }
        return names
    }
}
