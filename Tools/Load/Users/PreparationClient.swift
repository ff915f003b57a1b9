import AsyncHTTPClient
import FoundationEssentials
import JSON
import NIOCore
import NIOHTTP1

/// Asks the API for what users need before a run, and waits where its limits say so.
struct PreparationClient: Sendable {
    struct Answer {
        let status: Int
        let json: JSONValue
        let consistencyToken: String?
    }

    /// One request waits for the limits at most so often, a second or more each time.
    private static let patience = 120
    private static let timeout: TimeAmount = .seconds(60)

    private let client: HTTPClient
    private let url: String

    init(_ client: HTTPClient, url: LoadURL) {
        self.client = client
        self.url = url.text
    }

    /// - Throws: ``LoadFailure`` when there is no answer, or a limit does not let the request through for two minutes.
    func send(
        _ method: HTTPMethod, _ path: String, fields: [(String, String)] = [], body: (type: String, text: String)? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        for (name, value) in fields { request.headers.add(name: name, value: value) }
        if let body {
            request.headers.add(name: "Content-Type", value: body.type)
            request.body = .bytes(ByteBuffer(string: body.text))
        }
        for _ in 0..<Self.patience {
            let response = try await answer(to: request)
            let status = Int(response.status.code)
            if status == 429 || status == 503 {
                let seconds = response.headers.first(name: "Retry-After").flatMap { Int($0) } ?? 1
                try await Task.sleep(for: .seconds(max(1, min(seconds, 60))))
                continue
            }
            let bytes = try await response.body.collect(upTo: 16 << 20)
            return Answer(
                status: status, json: (try? JSONValue(parsing: bytes.readableBytesView)) ?? .null,
                consistencyToken: response.headers.first(name: "Consistency-Token"))
        }
        throw LoadFailure("The limits of \(url) do not let users be prepared: \(method) \(path).")
    }

    private func answer(to request: HTTPClientRequest) async throws -> HTTPClientResponse {
        do {
            return try await client.execute(request, timeout: Self.timeout)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw LoadFailure("\(url) does not answer (\(error)).")
        }
    }
}
