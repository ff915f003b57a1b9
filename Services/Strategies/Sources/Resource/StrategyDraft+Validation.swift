package import APIContract
import HTTPService
package import JSON

extension StrategyDraft {
    /// Reads a whole strategy, as POST and PUT take it: only `strategy_name` must be there.
    ///
    /// - Throws: ``APIError`` 422 with an item for each failure.
    package init(validating body: JSONObject) throws(APIError) {
        var validator = ObjectValidator(body)
        name = validator.string(Member.name.rawValue, length: Self.nameLength)
        description = validator.optionalString(Member.description.rawValue, length: Self.descriptionLength)
        parameters = Self.parameters(&validator)
        tags = Self.tags(&validator)
        status = validator.choice(Member.status.rawValue, of: Self.statuses, default: "draft")
        try validator.finish()
    }

    private static func parameters(_ validator: inout ObjectValidator) -> JSONObject {
        let name = Member.parameters.rawValue
        guard let value = validator.value(name) else { return JSONObject() }
        guard let object = value.object else {
            validator.fail(name, "a JSON object is expected", type: "type_error.object")
            return JSONObject()
        }
        for violation in ParametersRule.violations(of: value) {
            validator.fail(name, violation.message, type: violation.type)
        }
        return object
    }

    private static func tags(_ validator: inout ObjectValidator) -> [String] {
        let name = Member.tags.rawValue
        let failures = validator.errors.count
        let tags = validator.strings(name, count: tagCount, length: tagLength)
        if validator.errors.count == failures, Set(tags.map { Array($0.utf8) }).count != tags.count {
            validator.fail(name, "the list has a tag twice", type: "value_error.list.unique_items")
        }
        return tags
    }
}
