import APIContract
package import Authentication
import FoundationEssentials
import HTTPService
package import JSON

/// The body of `POST /api-keys`, with every rule kept.
package struct APIKeyDraft: Sendable {
    package let name: String
    package let scopes: Set<AccessScope>
    /// In seconds since 1970; nil for a key that does not expire.
    package let expiresAt: Double?

    private static let nameLength = 1...100

    /// - Parameter now: seconds since 1970.
    /// - Throws: ``APIError`` 422 with an item for each rule that is broken.
    package init(validating object: JSONObject, now: Double = Date().timeIntervalSince1970) throws {
        var body = ObjectValidator(object)
        name = body.string("name", length: Self.nameLength)
        scopes = Self.scopes(&body)
        expiresAt = Self.expiry(&body, now)
        try body.finish()
    }

    private static func scopes(_ body: inout ObjectValidator) -> Set<AccessScope> {
        guard let value = body.requiredValue("scopes") else { return [] }
        guard let elements = value.array, !elements.isEmpty else {
            body.fail("scopes", "a list of at least one scope is expected", type: "type_error.list")
            return []
        }
        let scopes = elements.compactMap { $0.string.flatMap(AccessScope.init(rawValue:)) }
        if scopes.count < elements.count {
            let words = AccessScope.allCases.map(\.rawValue).joined(separator: ", ")
            body.fail("scopes", "each scope must be one of \(words)", type: "value_error.enum")
        }
        return Set(scopes)
    }

    private static func expiry(_ body: inout ObjectValidator, _ now: Double) -> Double? {
        guard let text = body.optionalString("expires_at", length: 1...35) else { return nil }
        guard let date = Timestamp.date(text) else {
            body.fail("expires_at", "not a time such as 2026-01-31T08:00:00Z", type: "value_error.datetime")
            return nil
        }
        let seconds = date.timeIntervalSince1970
        if seconds <= now {
            body.fail("expires_at", "the time must be in the future", type: "value_error.datetime.past")
        }
        return seconds
    }
}
