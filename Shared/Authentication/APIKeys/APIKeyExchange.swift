import AsyncHTTPClient
import JSON
package import Logging
package import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization

/// Asks Auth, on its private port, for the access token that stands for an API key.
package final class APIKeyExchange: Service {
    /// Where Auth's private port takes `{"key":…}`, and answers `{"access_token":…}` or 404.
    package static let path = "/internal/api-keys/exchange"

    private let urls: [String]
    private let eventLoopGroup: any EventLoopGroup
    private let deadline: TimeAmount
    private let logger: Logger
    /// While the service runs.
    private let client = Mutex<HTTPClient?>(nil)

    private static let maximumLength = 16 << 10

    /// - Parameter urls: the private ports of all Auth instances, such as `http://10.0.0.7:8250`.
    package init(
        urls: [String], eventLoopGroup: any EventLoopGroup, logger: Logger, deadline: Duration = .seconds(1)
    ) {
        self.urls = urls
        self.eventLoopGroup = eventLoopGroup
        self.deadline = TimeAmount(deadline)
        self.logger = logger
    }

    package func run() async throws {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: deadline), decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        try await HTTPClient.withHTTPClient(eventLoopGroup: eventLoopGroup, configuration: configuration) { client in
            self.client.withLock { $0 = client }
            try? await gracefulShutdown()
            self.client.withLock { $0 = nil }
        }
    }

    /// The first answer of the instances, from a random one on.
    ///
    /// - Throws: `AuthenticationError.invalid` for a key that is not known, has expired, or whose account is not active;
    ///   `unavailable` when no instance can say.
    func token(for key: APIKey) async throws(AuthenticationError) -> String {
        guard let client = client.withLock({ $0 }), !urls.isEmpty else {
            throw .unavailable(reason: "there is no Auth to ask for API keys: see AUTH_ADMIN_URLS")
        }
        let first = Int.random(in: 0..<urls.count)
        for url in urls[first...] + urls[..<first] {
            if let answer = await ask(url, key, client) { return try answer.get() }
        }
        throw .unavailable(reason: "no Auth instance says whom an API key belongs to")
    }

    /// Nil when the instance cannot say.
    private func ask(_ url: String, _ key: APIKey, _ client: HTTPClient) async -> Result<String, AuthenticationError>? {
        do {
            var request = HTTPClientRequest(url: url + Self.path)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(Array("{\"key\":\(key.text.jsonEscaped)}".utf8))
            let response = try await client.execute(request, timeout: deadline)
            let body = try await response.body.collect(upTo: Self.maximumLength)
            if response.status == .notFound { return .failure(.invalid(reason: "unknown API key")) }
            let document = try JSONValue(parsing: body.readableBytesView).object
            if response.status == .ok, let token = document?["access_token"]?.string { return .success(token) }
            logger.warning("an API key cannot be exchanged", metadata: ["status": "\(response.status.code)"])
        } catch {
            logger.warning("Auth cannot be asked for an API key", metadata: ["url": "\(url)", "error": "\(error)"])
        }
        return nil
    }
}
