package import NIOCore
import NIOHTTP1

/// Writes the head that goes upstream: always exactly one well-formed request, whatever came in.
package struct RequestHeadWriter: Sendable {
    /// What the gateway itself says about the request.
    package struct Additions: Sendable {
        package var forwarded: ForwardedRequest
        package var requestID: String
        package var traceParent: String
        /// How long the answer may take.
        package var milliseconds: Int
        /// The protocol that the upstream may switch to.
        package var upgrade: String?
        /// What stands for the credentials that came.
        package var accessToken: String?
        /// The `Cookie` field, in place of what the client sent.
        package var cookies: String?

        package init(
            forwarded: ForwardedRequest, requestID: String, traceParent: String, milliseconds: Int,
            upgrade: String? = nil, accessToken: String? = nil, cookies: String? = nil
        ) {
            self.forwarded = forwarded
            self.requestID = requestID
            self.traceParent = traceParent
            self.milliseconds = milliseconds
            self.upgrade = upgrade
            self.accessToken = accessToken
            self.cookies = cookies
        }
    }

    /// - Parameter endpoint: stands in for the host of an HTTP/1.0 request that names none.
    package static func write(
        _ request: RequestHead, _ additions: Additions, endpoint: UpstreamEndpoint, into buffer: inout ByteBuffer
    ) {
        buffer.writeString(request.method.rawValue)
        buffer.writeStaticString(" ")
        buffer.writeString(request.target.text)
        buffer.writeStaticString(" HTTP/1.1\r\nHost: ")
        buffer.writeString(request.host.isEmpty ? endpoint.authority : request.host)
        buffer.writeStaticString("\r\n")
        let keepsCredentials = additions.accessToken == nil
        for (name, value) in request.fields where passes(name, of: request, keepsCredentials) {
            buffer.writeLine(name, value)
        }
        write(additions, into: &buffer)
        write(request.framing, into: &buffer)
    }

    private static func passes(_ name: String, of request: RequestHead, _ keepsCredentials: Bool) -> Bool {
        switch FieldName(name) {
        case .authorization where !keepsCredentials: false
        case .host, .contentLength, .transferEncoding, .connection, .expect, .requestID, .traceParent, .forwardedFor,
            .forwardedProto, .forwardedHost, .forwarded, .upgrade, .hopByHop, .identity, .cookie:
            false
        default: request.connectionFields.isEmpty || !request.connectionFields.contains(name.lowercased())
        }
    }

    private static func write(_ additions: Additions, into buffer: inout ByteBuffer) {
        if let cookies = additions.cookies { buffer.writeLine("Cookie", cookies) }
        buffer.writeLine("X-Forwarded-For", additions.forwarded.forwardedFor)
        buffer.writeLine("X-Forwarded-Proto", additions.forwarded.proto)
        buffer.writeLine("X-Forwarded-Host", additions.forwarded.host)
        buffer.writeLine("X-Request-Id", additions.requestID)
        buffer.writeLine("traceparent", additions.traceParent)
        // Envoy's name, which proxies and libraries know; a span and not a time, so that clocks need not agree.
        buffer.writeStaticString("X-Envoy-Expected-Rq-Timeout-Ms: ")
        buffer.writeDecimal(additions.milliseconds)
        // RFC 9110 §7.6.3: a gateway adds itself to every request that it forwards.
        buffer.writeStaticString("\r\nVia: 1.1 gateway\r\n")
        if let token = additions.accessToken {
            buffer.writeStaticString("Authorization: Bearer ")
            buffer.writeString(token)
            buffer.writeStaticString("\r\n")
        }
        if let upgrade = additions.upgrade {
            buffer.writeStaticString("Connection: Upgrade\r\n")
            buffer.writeLine("Upgrade", upgrade)
        }
    }

    private static func write(_ framing: BodyFraming, into buffer: inout ByteBuffer) {
        switch framing {
        case .none: buffer.writeStaticString("\r\n")
        case .length(let length):
            buffer.writeStaticString("Content-Length: ")
            buffer.writeDecimal(length)
            buffer.writeStaticString("\r\n\r\n")
        case .chunked, .untilClose: buffer.writeStaticString("Transfer-Encoding: chunked\r\n\r\n")
        }
    }
}
