package import APIContract
package import Authentication
import HTTPTypes
package import Hummingbird
package import Logging
package import NIOCore

/// What is known of a request besides itself: its id, the connection it came on, and, once verified, who sent it.
package struct ServiceRequestContext: RequestContext {
    package struct Source: RequestContextSource {
        package let channel: any Channel
        package let logger: Logger
        package let requestID: String

        package init(channel: any Channel, logger: Logger, requestID: String) {
            self.channel = channel
            self.logger = logger
            self.requestID = requestID
        }
    }

    package var coreContext: CoreRequestContextStorage
    package let channel: any Channel
    package let requestID: String
    /// The verified access token; `nil` on routes without ``AuthenticationMiddleware``.
    package var caller: AccessToken?

    package init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        requestID = source.requestID
    }

    /// The verified access token.
    ///
    /// - Throws: ``APIError/unauthorized`` where no middleware has verified one.
    package func requireCaller() throws(APIError) -> AccessToken {
        guard let caller else { throw APIError.unauthorized }
        return caller
    }

    /// The client's IP address, as far as the proxies before us can be believed.
    package func clientAddress(of request: Request, trusting proxies: TrustedProxies) -> String {
        let forwardedFor = request.headers[values: .xForwardedFor]
        guard let peer = channel.remoteAddress else { return "" }
        switch peer {
        case .unixDomainSocket: return proxies.clientAddress(peer: "127.0.0.1", forwardedFor: forwardedFor)
        case .v4, .v6: return proxies.clientAddress(peer: peer.ipAddress ?? "", forwardedFor: forwardedFor)
        }
    }

    /// Whether the client speaks https, and the host that it asked for, as far as the proxies before us can be believed.
    package func clientOrigin(
        of request: Request, trusting proxies: TrustedProxies
    ) -> (isSecure: Bool, authority: String) {
        let authority = request.head.authority ?? ""
        guard let peer = channel.remoteAddress, proxies.contains(peer) else { return (false, authority) }
        return (request.headers[.xForwardedProto] == "https", request.headers[.xForwardedHost] ?? authority)
    }

    /// A logger whose lines carry the request's and, if there is one, the trace's id; made only where something is logged.
    package func requestLogger(for request: Request) -> Logger {
        var logger = logger
        logger[metadataKey: "request_id"] = "\(requestID)"
        if let header = request.headers[.traceparent], let trace = TraceContext(header: header) {
            logger[metadataKey: "trace_id"] = "\(trace.traceID)"
        }
        return logger
    }
}
