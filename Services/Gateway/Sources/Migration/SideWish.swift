import NIOHTTP1

/// The side that a request asks for by itself: the field `CryptoDesk-Route` or, for browsers, the cookie `cryptodesk_route`.
package enum SideWish {
    package static let field = "CryptoDesk-Route"
    package static let cookie = "cryptodesk_route"

    /// - Returns: `nil` for none, and for a word that is no side.
    package static func read(_ request: RequestHead) -> MigrationSide? {
        if let text = request.fields.first(name: field) { return MigrationSide(rawValue: text) }
        for field in request.cookies {
            for pair in field.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == cookie { return MigrationSide(rawValue: String(parts[1])) }
            }
        }
        return nil
    }
}
