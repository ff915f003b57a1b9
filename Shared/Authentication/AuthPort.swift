import AsyncHTTPClient
import JSON
package import Logging
package import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization

/// Asks the Auth instances, on their private ports, one after the other until one knows the answer.
package final class AuthPort: Service {
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
    /// - Parameters:
    ///   - body: JSON.
    ///   - subject: what is asked about, for messages.
    /// - Throws: `AuthenticationError.unavailable` when no instance answers 200, and `invalid` for the first 404.
    func ask(
        _ method: String, _ path: String, _ body: String?, about subject: String
    ) async throws(AuthenticationError) -> JSONObject {
        guard let client = client.withLock({ $0 }), !urls.isEmpty else {
            throw .unavailable(reason: "there is no Auth to ask for \(subject): see AUTH_ADMIN_URLS")
        }
        let first = Int.random(in: 0..<urls.count)
        for url in urls[first...] + urls[..<first] {
            var request = HTTPClientRequest(url: url + path)
            request.method = .RAW(value: method)
            if let body {
                request.headers.add(name: "Content-Type", value: "application/json")
                request.body = .bytes(Array(body.utf8))
            }
            if let answer = await answer(request, subject, client) { return try answer.get() }
        }
        throw .unavailable(reason: "no Auth instance tells of \(subject)")
    }

    /// Nil when the instance cannot say.
    private func answer(
        _ request: HTTPClientRequest, _ subject: String, _ client: HTTPClient
    ) async -> Result<JSONObject, AuthenticationError>? {
        do {
            let response = try await client.execute(request, timeout: deadline)
            let body = try await response.body.collect(upTo: Self.maximumLength)
            if response.status == .notFound { return .failure(.invalid(reason: "Auth does not know \(subject)")) }
            if response.status == .ok, let document = try JSONValue(parsing: body.readableBytesView).object {
                return .success(document)
            }
            logger.warning(
                "Auth does not tell of \(subject)", metadata: ["status": "\(response.status.code)"])
        } catch {
            logger.warning(
                "Auth cannot be asked for \(subject)", metadata: ["url": "\(request.url)", "error": "\(error)"])
        }
        return nil
    }
}
