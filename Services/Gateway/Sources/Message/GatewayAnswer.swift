package import APIContract
package import NIOCore

/// An answer that the gateway makes itself.
package struct GatewayAnswer: Sendable {
    package var status: Int
    package var fields: [APIError.Header]
    package var body: String?

    package init(status: Int, fields: [APIError.Header] = [], body: String? = nil) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    package init(_ error: APIError, requestID: String) {
        self.init(status: error.status, fields: error.headers, body: error.body(requestID: requestID))
    }

    /// Writes the whole answer.
    ///
    /// - Parameters:
    ///   - includesBody: false for `HEAD`, which gets the fields alone.
    ///   - date: the value of `Date`.
    package func write(
        _ context: AnswerContext, includesBody: Bool, date: String, into buffer: inout ByteBuffer
    ) {
        StatusLine.write(status, into: &buffer)
        buffer.writeLine("Date", date)
        for field in fields { buffer.writeLine(field.name, field.value) }
        context.writeCookies(into: &buffer)
        context.write(besides: [], into: &buffer)
        if let body {
            buffer.writeStaticString("Content-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: ")
            buffer.writeDecimal(body.utf8.count)
            buffer.writeStaticString("\r\n\r\n")
            if includesBody { buffer.writeString(body) }
        } else if status == 204 || status < 200 {
            buffer.writeStaticString("\r\n")
        } else {
            buffer.writeStaticString("Content-Length: 0\r\n\r\n")
        }
    }
}
