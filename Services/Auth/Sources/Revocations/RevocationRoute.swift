import APIContract
import Authentication
package import HTTPService
package import Hummingbird
import JSON

/// `GET /internal/revocations?after=N` of the private port: what processes ask that cannot rely on Redis.
package struct RevocationRoute: Sendable {
    private let publisher: RevocationPublisher

    package init(_ publisher: RevocationPublisher) { self.publisher = publisher }

    package func add(to router: Router<ServiceRequestContext>) {
        router.get("\(RevocationPage.path)") { request, _ in try await report(request) }
    }

    private func report(_ request: Request) async throws -> Response {
        guard let number = request.uri.queryParameters["after"].flatMap({ Int($0) }), number >= 0 else {
            throw APIError.malformed("The parameter after must be a number")
        }
        guard let document = await publisher.report(after: number).json else { throw APIError.internalError }
        return .json(document.serialized())
    }
}
