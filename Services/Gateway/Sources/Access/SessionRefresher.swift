import APIContract
import AsyncHTTPClient
import Authentication
import JSON
package import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// Asks Auth for the next tokens of a browser session, as the browser itself could.
package final class SessionRefresher: Service {
    private let client: HTTPClient
    private let upstreams: [UpstreamGroup]

    /// An answer that takes longer is asked for elsewhere: to Auth, asking again is asking once.
    private static let deadline = TimeAmount.seconds(2)
    private static let attempts = 2
    /// The longest error that is read, in bytes.
    private static let maximumLength = 16 * 1024

    package init(upstreams: [UpstreamGroup], eventLoopGroup: any EventLoopGroup) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(1)), decompression: .disabled)
        configuration.httpVersion = .http1Only
        // Nobody listening is an answer, and another instance is asked.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroup: eventLoopGroup, configuration: configuration)
        self.upstreams = upstreams
    }

    package func run() async throws {
        try? await gracefulShutdown()
        try await client.shutdown()
    }

    package func refresh(_ request: SessionRenewal.Request) async -> SessionRenewal.Outcome {
        guard case .upstream(let name) = request.route.destination,
            let group = upstreams.first(where: { $0.name == name })
        else { return .unavailable(reason: "no service refreshes sessions") }
        var failure = "\(name.rawValue) has no instance"
        for endpoint in Self.choose(from: group) {
            do {
                let answer = try await client.execute(Self.makeRequest(request, to: endpoint), timeout: Self.deadline)
                return try await Self.outcome(answer, isSecure: request.isSecure)
            } catch {
                failure = "\(endpoint): \(error)"
            }
        }
        return .unavailable(reason: failure)
    }

    /// Healthy ones first, in no order; a few.
    private static func choose(from group: UpstreamGroup) -> ArraySlice<UpstreamEndpoint> {
        let (healthy, ejected) = (group.healthy, group.ejected)
        let members = group.members.shuffled()
        let good = members.filter { healthy.contains($0.slot) && !ejected.contains($0.slot) }
        return (good + members.filter { !good.contains($0) }).map(\.endpoint).prefix(attempts)
    }

    private static func makeRequest(_ request: SessionRenewal.Request, to endpoint: UpstreamEndpoint)
        -> HTTPClientRequest
    {
        var message = HTTPClientRequest(url: endpoint.url(of: request.route.path))
        message.method = .POST
        let cookie = SessionCookie.refresh.name(isSecure: request.isSecure)
        message.headers = [
            "Cookie": "\(cookie)=\(request.refreshToken)", "X-Forwarded-For": request.forwarded.forwardedFor,
            "X-Forwarded-Proto": request.forwarded.proto, "X-Forwarded-Host": request.forwarded.host,
            "X-Request-Id": request.requestID, "traceparent": request.traceParent, "Via": "1.1 gateway",
        ]
        return message
    }

    private static func outcome(_ answer: HTTPClientResponse, isSecure: Bool) async throws -> SessionRenewal.Outcome {
        let cookies = answer.headers["Set-Cookie"]
        let prefix = SessionCookie.access.name(isSecure: isSecure) + "="
        let token = cookies.first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count).prefix { $0 != ";" }
        let body = try await answer.body.collect(upTo: maximumLength)
        switch answer.status.code {
        case 200..<300:
            guard let token, !token.isEmpty else {
                return .unavailable(reason: "a refresh was answered without cookies")
            }
            return .renewed(accessToken: String(token), cookies: cookies)
        case 401:
            let code = (try? JSONValue(parsing: body.readableBytesView))?.object?["code"]?.string
            var error = APIError.unauthorized
            if code == ErrorCode.refreshReused.rawValue { error = .refreshReused }
            return .ended(error)
        default: return .unavailable(reason: "a refresh was answered with \(answer.status.code)")
        }
    }
}
