import APIContract
package import Authentication
import HTTPService
package import JSON

/// The body of an administrator's `PATCH`: what is left out stays as it is.
package struct AccountChange: Sendable, Equatable {
    package var role: Role?
    package var isActive: Bool?

    package init(role: Role? = nil, isActive: Bool? = nil) {
        self.role = role
        self.isActive = isActive
    }

    /// - Throws: ``APIError`` 422 with an item for each member that is wrong.
    package init(validating object: JSONObject) throws {
        var body = ObjectValidator(object)
        if let value = body.value("role") {
            role = value.string.flatMap(Role.init(rawValue:))
            if role == nil {
                let names = Role.allCases.map(\.rawValue).joined(separator: ", ")
                body.fail("role", "value must be one of \(names)", type: "value_error.enum")
            }
        }
        if let value = body.value("is_active") {
            if case .bool(let flag) = value {
                isActive = flag
            } else {
                body.fail("is_active", "a boolean is expected", type: "type_error.bool")
            }
        }
        try body.finish()
    }

    /// Whether nobody would be left who can administrate.
    ///
    /// - Parameter admins: the active administrators before the change.
    package func leavesNoAdmin(of admins: [Int], changing userID: Int) -> Bool {
        admins == [userID] && (role ?? .admin != .admin || isActive == false)
    }
}
