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
        buffer.writeHead { write(request, additions, endpoint: endpoint, into: &$0) }
    }

    private static func write(
        _ request: RequestHead, _ additions: Additions, endpoint: UpstreamEndpoint, into head: inout HeadBytes
    ) {
        head.writeString(request.method.rawValue)
        head.writeStaticString(" ")
        head.writeString(additions.target ?? request.target.text)
        head.writeStaticString(" HTTP/1.1\r\nHost: ")
        head.writeString(request.host.isEmpty ? endpoint.authority : request.host)
        head.writeStaticString("\r\n")
        let keepsCredentials = additions.accessToken == nil
        for (name, value) in request.fields where passes(name, of: request, keepsCredentials) {
            head.writeLine(name, value)
        }
        write(additions, into: &head)
        write(additions.rewritesBody ? .chunked : request.framing, into: &head)
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
        // W3C Trace Context §3.3: the state of a trace that is not gone on with means nothing.
        case .traceState where request.trace == nil: false
        case .host, .contentLength, .transferEncoding, .connection, .expect, .requestID, .traceParent, .forwardedFor,
            .forwardedProto, .forwardedHost, .forwarded, .upgrade, .hopByHop, .identity, .cookie:
            false
        default: request.connectionFields.isEmpty || !request.connectionFields.contains(name.lowercased())
        }
    }

    private static func write(_ additions: Additions, into head: inout HeadBytes) {
        if let cookies = additions.cookies { head.writeLine("Cookie", cookies) }
        head.writeLine("X-Forwarded-For", additions.forwarded.forwardedFor)
        head.writeLine("X-Forwarded-Proto", additions.forwarded.proto)
        head.writeLine("X-Forwarded-Host", additions.forwarded.host)
        head.writeLine("X-Request-Id", additions.requestID)
        head.writeLine("traceparent", additions.traceParent)
        // Envoy's name, which proxies and libraries know; a span and not a time, so that clocks need not agree.
        head.writeStaticString("X-Envoy-Expected-Rq-Timeout-Ms: ")
        head.writeDecimal(additions.milliseconds)
        // RFC 9110 §7.6.3: a gateway adds itself to every request that it forwards.
        head.writeStaticString("\r\nVia: 1.1 gateway\r\n")
        if let token = additions.accessToken {
            head.writeStaticString("Authorization: Bearer ")
            head.writeString(token)
            head.writeStaticString("\r\n")
        }
        if let epoch = additions.writeEpoch {
            head.writeStaticString("CryptoDesk-Write-Epoch: ")
            head.writeDecimal(epoch)
            head.writeStaticString("\r\n")
        }
        if let upgrade = additions.upgrade {
            head.writeStaticString("Connection: Upgrade\r\n")
            head.writeLine("Upgrade", upgrade)
        }
    }

    private static func write(_ framing: BodyFraming, into head: inout HeadBytes) {
        switch framing {
        case .none: head.writeStaticString("\r\n")
        case .length(let length):
            head.writeStaticString("Content-Length: ")
            head.writeDecimal(length)
            head.writeStaticString("\r\n\r\n")
        case .chunked, .untilClose: head.writeStaticString("Transfer-Encoding: chunked\r\n\r\n")
        }
    }
}
