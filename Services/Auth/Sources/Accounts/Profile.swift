import APIContract
import HTTPService
package import JSON

/// What of an account its owner may change.
package enum Profile {
    /// Characters of a full name.
    package static let nameLength = 1...200

    /// Reads the body of `PATCH /me`: the new name, nil to leave it as it is.
    ///
    /// - Throws: ``APIError`` 422 with an item for each rule that is broken.
    package static func name(validating object: JSONObject) throws -> String? {
        var body = ObjectValidator(object)
        let name = object["full_name"] == nil ? nil : body.string("full_name", length: nameLength)
        try body.finish()
        return name
    }
}
