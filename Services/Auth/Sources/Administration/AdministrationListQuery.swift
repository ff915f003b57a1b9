package import APIContract
import Authentication
import FoundationEssentials
import HTTPService
package import Postgres

/// What the two lists have in common: how many, and after which one.
package struct AdministrationListQuery: Sendable {
    package let limit: Int
    package let filters: [PostgresValue]

    /// Reads `q`, `role` and `is_active`.
    ///
    /// - Throws: ``APIError`` 422 with an item for each parameter that is wrong or unknown, 400 for a malformed query.
    package static func accounts(parsing query: String?) throws(APIError) -> AdministrationListQuery {
        var parameters = try QueryValidator(query)
        let search = parameters.text("q", length: 1...200)
        let role = parameters.choice("role", of: Role.allCases.map(\.rawValue))
        let isActive = parameters.choice("is_active", of: ["true", "false"])
        return try finish(&parameters, [.optional(search), .optional(role), .optional(isActive)], first: .integer(0))
    }

    /// Reads `user_id`, `action` and `since`; throws as ``accounts(parsing:)`` does.
    package static func audit(parsing query: String?) throws(APIError) -> AdministrationListQuery {
        var parameters = try QueryValidator(query)
        let userID = parameters.integer("user_id", in: 1...Int.max, default: 0)
        let action = parameters.text("action", length: 1...100)
        var since = PostgresValue.null
        if let text = parameters.given("since") {
            if let date = Timestamp.date(text) {
                since = .text("\(date.timeIntervalSince1970)")
            } else {
                parameters.fail("since", "not a time such as 2026-01-31T08:00:00Z", type: "value_error.datetime")
            }
        }
        return try finish(
            &parameters, [userID == 0 ? .null : .integer(userID), .optional(action), since], first: .null)
    }

    private static func finish(
        _ parameters: inout QueryValidator, _ filters: [PostgresValue], first: PostgresValue
    ) throws(APIError) -> AdministrationListQuery {
        let limit = parameters.integer("limit", in: 1...200, default: 50)
        var position = first
        if let text = parameters.value("cursor") {
            if let id = cursor(text) {
                position = .integer(id)
            } else {
                parameters.fail("cursor", "not a cursor of this list", type: "value_error.cursor")
            }
        }
        try parameters.finish()
        return AdministrationListQuery(limit: limit, filters: filters + [position, .integer(limit + 1)])
    }

    // MARK: Cursors

    /// Opaque for clients: base64url of a form that may change with its version.
    package static func encodeCursor(_ id: Int) -> String { Base64URL.encode("1:\(id)".utf8) }

    private static func cursor(_ text: String) -> Int? {
        guard let bytes = Base64URL.decode(text.utf8), let plain = String(validating: bytes, as: UTF8.self),
            plain.hasPrefix("1:"), let id = Int(plain.dropFirst(2)), id > 0
        else { return nil }
        return id
    }
}
