import APIContract
import Accounts
package import Consistency
import HTTPService
package import JSON
import Postgres

/// What of an account its owner may change.
package enum Profile {
    /// Reads the body of `PATCH /me`: the new name, nil to leave it as it is.
    ///
    /// - Throws: ``APIError`` 422 with an item for each rule that is broken.
    package static func name(validating object: JSONObject) throws -> String? {
        var body = ObjectValidator(object)
        let name = object["full_name"] == nil ? nil : body.string("full_name", length: FullName.length)
        try body.finish()
        return name
    }

    /// The JSON of the user's account while it is active; nil when there is none.
    package static func document(in database: UserDatabase) async throws -> String? {
        let parameters: [PostgresValue] = [.integer(database.userID)]
        if let document = try await database.read(Queries.showAccount, parameters).text(0, 2) { return document }
        // Nobody is sent away because a replica has not heard of the account yet.
        return try await database.read(Queries.showAccount, parameters, onPrimary: true).text(0, 2)
    }

    /// Changes the name of the user's account while it is active and returns its JSON; nil when there is none.
    package static func rename(to fullName: String, in database: UserDatabase) async throws -> String? {
        try await database.write(Queries.renameAccount, [.integer(database.userID), .text(fullName)]).text(0, 2)
    }
}
