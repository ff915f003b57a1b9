import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Asks the Auth instances on their private ports what is revoked.
struct AuthInquiry: Sendable {
    private let client: HTTPClient
    private let urls: [String]
    private let deadline: TimeAmount

    /// The longest document that is read, in bytes.
    private static let maximumLength = 1 << 20

    /// - Parameter urls: such as `http://10.0.0.7:8250`.
    static func withClient(
        on eventLoopGroup: any EventLoopGroup, urls: [String], _ timing: RevocationTiming,
        _ body: (AuthInquiry) async throws -> Void
    ) async throws {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: TimeAmount(timing.authDeadline)),
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        // Nobody listening is an answer, and one to be had at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        try await HTTPClient.withHTTPClient(eventLoopGroup: eventLoopGroup, configuration: configuration) { client in
            try await body(AuthInquiry(client: client, urls: urls, deadline: TimeAmount(timing.authDeadline)))
        }
    }

    /// What the instances say; those that come after a report of the database are not waited for.
    func ask(after position: RevocationFeed.Position) async -> [RevocationReport] {
        await withTaskGroup(of: RevocationReport.self) { tasks in
            for url in urls { tasks.addTask { await ask(url, after: position.last) } }
            var reports: [RevocationReport] = []
            for await report in tasks {
                reports.append(report)
                if case .database(let page) = report, page.epoch >= position.epoch {
                    tasks.cancelAll()
                    break
                }
            }
            return reports
        }
    }

    private func ask(_ url: String, after number: Int) async -> RevocationReport {
        do {
            let request = HTTPClientRequest(url: "\(url)\(RevocationPage.path)?after=\(number)")
            let response = try await client.execute(request, timeout: deadline)
            guard response.status == .ok else { return .silent }
            let body = try await response.body.collect(upTo: Self.maximumLength)
            return RevocationReport(document: try JSONValue(parsing: body.readableBytesView))
        } catch {
            return Self.isRefusal(error) ? .gone : .silent
        }
    }

    private static func isRefusal(_ error: any Error) -> Bool {
        switch error {
        case let error as IOError: error.errnoCode == ECONNREFUSED
        case let error as NIOConnectionError:
            !error.connectionErrors.isEmpty && error.connectionErrors.allSatisfy { isRefusal($0.error) }
        default: false
        }
    }
}
