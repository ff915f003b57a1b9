package import Authentication
package import HTTPService
import HTTPTypes
package import Hummingbird

/// `/.well-known/jwks.json`: the public keys (RFC 7517).
package struct KeySetRoute: Sendable {
    package static let path = "/.well-known/jwks.json"

    private let document: String

    package init(_ keys: JSONWebKeySet) { document = keys.document }

    package func add(to router: Router<ServiceRequestContext>) {
        router.get("\(Self.path)") { _, _ in
            Response.json(document, headers: [.cacheControl: "public, max-age=60"])
        }
    }
}
