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
        buffer.writeHead { head in
            StatusLine.write(status, into: &head)
            head.writeLine("Date", date)
            for field in fields { head.writeLine(field.name, field.value) }
            context.writeCookies(into: &head)
            context.write(besides: [], into: &head)
            if let body {
                head.writeStaticString("Content-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: ")
                head.writeDecimal(body.utf8.count)
                head.writeStaticString("\r\n\r\n")
            } else {
                let hasNoLength = status == 204 || status < 200
                head.writeStaticString(hasNoLength ? "\r\n" : "Content-Length: 0\r\n\r\n")
            }
        }
        if includesBody, let body { buffer.writeString(body) }
    }
}
