package import NIOCore

/// Answers some of a service's reads on the event loop, with no task and no suspension.
///
/// What it answers must be what the router would answer: it is a shorter way to the same bytes.
package protocol DirectResponder: Sendable {
    /// - Parameter reply: called once, on the event loop; with `nil` where the router must answer after all.
    /// - Returns: false when the request is none of its own, and `reply` will never be called.
    func respond(
        to request: DirectRequest, on eventLoop: any EventLoop,
        reply: @escaping @Sendable (DirectAnswer?) -> Void
    ) -> Bool
}

/// A body in JSON with its status 200.
package struct DirectAnswer: Sendable {
    /// The route's pattern, for the metrics.
    package let route: String
    /// Besides `Content-Type`, `Content-Length`, `Date` and `X-Request-Id`; values without line breaks.
    package var fields: [(name: StaticString, value: String)]
    /// How many bytes ``writeBody`` writes.
    package let bodyLength: Int
    package let writeBody: @Sendable (inout ByteBuffer) -> Void

    package init(
        route: String, fields: [(name: StaticString, value: String)], bodyLength: Int,
        writeBody: @escaping @Sendable (inout ByteBuffer) -> Void
    ) {
        self.route = route
        self.fields = fields
        self.bodyLength = bodyLength
        self.writeBody = writeBody
    }

    /// The whole response as it goes over the wire.
    func encoded(requestID: String, date: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(bodyLength + 512)
        buffer.writeStaticString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ")
        buffer.writeString(String(bodyLength))
        for (name, value) in fields {
            buffer.writeStaticString("\r\n")
            buffer.writeStaticString(name)
            buffer.writeStaticString(": ")
            buffer.writeString(value)
        }
        buffer.writeStaticString("\r\nX-Request-Id: ")
        buffer.writeString(requestID)
        buffer.writeStaticString("\r\nDate: ")
        buffer.writeString(date)
        buffer.writeStaticString("\r\n\r\n")
        writeBody(&buffer)
        return buffer
    }
}
