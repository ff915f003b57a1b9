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
        /// What is asked for, in place of the request's own target.
        package var target: String?
        /// Under which owner of its route's writes the request goes up.
        package var writeEpoch: Int?
        /// Whether the body goes up otherwise than it came, so that its length is not known yet.
        package var rewritesBody: Bool

        package init(
            forwarded: ForwardedRequest, requestID: String, traceParent: String, milliseconds: Int,
            upgrade: String? = nil, accessToken: String? = nil, cookies: String? = nil, target: String? = nil,
            writeEpoch: Int? = nil, rewritesBody: Bool = false
        ) {
            self.forwarded = forwarded
            self.requestID = requestID
            self.traceParent = traceParent
            self.milliseconds = milliseconds
            self.upgrade = upgrade
            self.accessToken = accessToken
            self.cookies = cookies
            self.target = target
            self.writeEpoch = writeEpoch
            self.rewritesBody = rewritesBody
        }
    }

    /// - Parameter endpoint: stands in for the host of an HTTP/1.0 request that names none.
    package static func write(
        _ request: RequestHead, _ additions: Additions, endpoint: UpstreamEndpoint, into buffer: inout ByteBuffer
    ) {
        buffer.writeString(request.method.rawValue)
        buffer.writeStaticString(" ")
        buffer.writeString(additions.target ?? request.target.text)
        buffer.writeStaticString(" HTTP/1.1\r\nHost: ")
        buffer.writeString(request.host.isEmpty ? endpoint.authority : request.host)
        buffer.writeStaticString("\r\n")
        let keepsCredentials = additions.accessToken == nil
        for (name, value) in request.fields where passes(name, of: request, keepsCredentials) {
            buffer.writeLine(name, value)
        }
        write(additions, into: &buffer)
        write(additions.rewritesBody ? .chunked : request.framing, into: &buffer)
    }

    /// The same for a client of our own, which writes the request line, `Host` and the framing itself.
    static func fields(_ request: RequestHead, _ additions: Additions) -> HTTPHeaders {
        let keepsCredentials = additions.accessToken == nil
        var fields = HTTPHeaders()
        for (name, value) in request.fields where passes(name, of: request, keepsCredentials) {
            fields.add(name: name, value: value)
        }
        if let cookies = additions.cookies { fields.add(name: "Cookie", value: cookies) }
        if let token = additions.accessToken { fields.add(name: "Authorization", value: "Bearer \(token)") }
        let own: HTTPHeaders = [
            "X-Forwarded-For": additions.forwarded.forwardedFor, "X-Forwarded-Proto": additions.forwarded.proto,
            "X-Forwarded-Host": additions.forwarded.host, "X-Request-Id": additions.requestID,
            "traceparent": additions.traceParent, "Via": "1.1 gateway", "CryptoDesk-Shadow": "1",
        ]
        fields.add(contentsOf: own)
        return fields
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
        if let epoch = additions.writeEpoch {
            buffer.writeStaticString("CryptoDesk-Write-Epoch: ")
            buffer.writeDecimal(epoch)
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
