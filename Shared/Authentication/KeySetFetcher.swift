import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1

/// Reads the published key set over HTTP.
struct KeySetFetcher: Sendable {
    private let urls: [String]
    private let timeout: TimeAmount
    private let logger: Logger

    /// The longest document that is read, in bytes.
    private static let maximumLength = 64 << 10

    init(urls: [String], timeout: Duration, logger: Logger) {
        self.urls = urls
        self.timeout = TimeAmount(timeout)
        self.logger = logger
    }

    /// The first usable answer of the URLs, from a random one on.
    func fetch() async throws(AuthenticationError) -> JSONWebKeySet {
        let first = Int.random(in: 0..<max(urls.count, 1))
        let answer = try? await HTTPClient.withHTTPClient(configuration: configuration) { client -> JSONWebKeySet? in
            for url in urls[first...] + urls[..<first] {
                if let keys = await fetch(url, client) { return keys }
            }
            return nil
        }
        guard let keys = answer.flatMap({ $0 }) else { throw .unavailable(reason: "no key set could be fetched") }
        return keys
    }

    private func fetch(_ url: String, _ client: HTTPClient) async -> JSONWebKeySet? {
        do {
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "accept", value: "application/json")
            let response = try await client.execute(request, timeout: timeout)
            let body = try await response.body.collect(upTo: Self.maximumLength)
            if response.status == .ok, let keys = JSONWebKeySet(document: body.readableBytesView) { return keys }
            logger.warning("no key set there", metadata: ["url": "\(url)", "status": "\(response.status.code)"])
        } catch {
            logger.warning("the key set cannot be fetched", metadata: ["url": "\(url)", "error": "\(error)"])
        }
        return nil
    }

    private var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: timeout, read: timeout),
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        return configuration
    }
}
