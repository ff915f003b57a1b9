package import APIContract
package import NIOHTTP1

/// Which request heads the gateway takes: limits, and no doubt about where a request ends or what it asks for.
///
/// llhttp has parsed the head strictly before; the rules here are the ones it leaves to its users.
package struct RequestHeadPolicy: Sendable {
    package let limits: RequestLimits

    /// The largest body that some route takes, in bytes: what is larger is refused before its route is known.
    private let largestBody: Int

    /// - Parameter routeBodies: the routes' own limits of a body, in bytes.
    package init(limits: RequestLimits, routeBodies: [Int] = []) {
        self.limits = limits
        largestBody = max(limits.body, routeBodies.max() ?? 0)
    }

    /// 413; the connection closes, because the rest of the body is not read.
    private var tooLarge: RequestRefusal {
        RequestRefusal(Self.tooLarge(over: largestBody), closesConnection: true)
    }

    /// 413, by the limit of the gateway or of a route, in bytes.
    package static func tooLarge(over limit: Int) -> APIError {
        APIError(413, .bodyTooLarge, "The request body is larger than \(text(limit))")
    }

    /// - Throws: ``RequestRefusal`` with 400, 413, 414, 417, 431 or 501.
    package func accept(_ head: HTTPRequestHead) throws(RequestRefusal) -> RequestHead {
        guard head.uri.utf8.count <= limits.uri else { throw .uriTooLong }
        guard head.headers.count <= limits.headerFields else { throw .headersTooLarge }
        guard head.version == .http1_1 || head.version == .http1_0 else { throw .malformed("Unknown HTTP version") }
        // What follows would be a tunnel's, and there is none here (RFC 9110 §9.3.6).
        guard head.method != .CONNECT else { throw .malformed("The gateway opens no tunnels") }
        let target = try RequestTarget(head.uri, isOptions: head.method == .OPTIONS)
        var request = RequestHead(head, target: target)
        var reader = RequestFieldReader()
        var bytes = 0
        for (name, value) in head.headers {
            bytes += name.utf8.count + value.utf8.count + 4
            try reader.read(name, value, into: &request)
        }
        guard bytes <= limits.headerBytes else { throw .headersTooLarge }
        try reader.finish(&request)
        if case .length(let length) = request.framing, length > largestBody { throw tooLarge }
        return request
    }

    private static func text(_ bytes: Int) -> String {
        bytes > 0 && bytes % (1024 * 1024) == 0 ? "\(bytes / 1024 / 1024) MB" : "\(bytes) bytes"
    }
}
