package import Authentication
package import HTTPService
import HTTPTypes
package import Hummingbird

/// `/.well-known/jwks.json`: the public keys (RFC 7517).
package struct KeySetRoute: Sendable {
    package static let path = "/.well-known/jwks.json"

    private let keys: SigningKeys

    package init(_ keys: SigningKeys) { self.keys = keys }

    package func add(to router: Router<ServiceRequestContext>) {
        router.get("\(Self.path)") { _, _ in
            Response.json(keys.published.document, headers: [.cacheControl: "public, max-age=60"])
        }
    }
}
