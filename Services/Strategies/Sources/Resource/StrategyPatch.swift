package import APIContract
import HTTPService
package import JSON

/// A JSON merge patch (RFC 7396) for a strategy; its own shape is checked, its result when it is applied.
package struct StrategyPatch: Hashable, Sendable {
    private let changes: JSONObject

    /// - Throws: ``APIError`` 422 for members that a client may not write, and for `null` where a strategy cannot be
    ///   without the member: only `description` can be removed.
    package init(validating body: JSONObject) throws(APIError) {
        var validator = ObjectValidator(body)
        for member in StrategyDraft.Member.allCases {
            if let value = validator.value(member.rawValue), value.isNull, member != .description {
                validator.fail(member.rawValue, "none is not an allowed value", type: "type_error.none")
            }
        }
        try validator.finish()
        changes = body
    }

    /// The strategy as it is after the patch.
    ///
    /// - Parameter document: the whole resource as the API shows it.
    /// - Throws: ``APIError`` 422 for each rule that the result breaks.
    package func applied(to document: JSONObject) throws(APIError) -> StrategyDraft {
        var writable = JSONObject()
        for member in StrategyDraft.Member.allCases { writable[member.rawValue] = document[member.rawValue] }
        let merged = JSONValue.object(writable).merging(patch: .object(changes))
        return try StrategyDraft(validating: merged.object ?? JSONObject())
    }
}
