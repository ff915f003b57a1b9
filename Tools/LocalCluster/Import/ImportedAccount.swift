import Accounts
package import Authentication

/// An account of another system, with every rule kept that an account of ours keeps.
package struct ImportedAccount: Encodable, Equatable, Sendable {
    /// The names of a line's fields, as the file has them and the database.
    enum Field: String, CodingKey, CaseIterable {
        case email, role
        case fullName = "full_name"
        case passwordHash = "password_hash"
        case legacyUserID = "legacy_user_id"

        /// Without a role an account is a user's, and without a legacy_user_id it is joined with nobody's elsewhere.
        static let required: [Field] = [.email, .fullName, .passwordHash]
    }

    /// Where in the file it stands, from 1 on.
    package let line: Int
    package let email: String
    package let fullName: String
    package let role: Role
    package let passwordHash: String
    /// Whose account it was in the system that is migrated from.
    package let legacyUserID: Int?

    /// - Parameter values: without those that the line has not.
    /// - Throws: ``ImportProblem`` with every rule that is broken; no value is repeated in it.
    init(line: Int, _ values: [Field: String]) throws(ImportProblem) {
        var reasons = Field.required.filter { values[$0] == nil }.map { "\($0.rawValue) is missing" }
        if let email = values[.email], EmailAddress(email) == nil { reasons.append("email is no e-mail address") }
        if let name = values[.fullName], !FullName.isAllowed(name) {
            reasons.append(
                "full_name must have \(FullName.length.lowerBound) to \(FullName.length.upperBound) characters, and no U+0000"
            )
        }
        let role = Role(rawValue: values[.role].flatMap { $0.isEmpty ? nil : $0 } ?? Role.user.rawValue)
        if role == nil { reasons.append("role must be \(Role.allCases.map(\.rawValue).joined(separator: " or "))") }
        let hash = values[.passwordHash].flatMap(BcryptHash.init)
        if hash == nil, values[.passwordHash] != nil {
            reasons.append(
                "password_hash must be bcrypt's ($2a$, $2b$ or $2y$), of cost \(BcryptSetting.minimumCost) to "
                    + "\(BcryptSetting.maximumCost)")
        }
        let legacyText = values[.legacyUserID].flatMap { $0.isEmpty ? nil : $0 }
        let legacyUserID = legacyText.flatMap(Self.number)
        if legacyText != nil, legacyUserID == nil { reasons.append("legacy_user_id must be a number from 1 on") }
        guard reasons.isEmpty, let email = values[.email], let name = values[.fullName], let role, let hash else {
            throw ImportProblem(line: line, reasons: reasons)
        }
        self.line = line
        self.email = email
        self.fullName = name
        self.role = role
        self.passwordHash = hash.text
        self.legacyUserID = legacyUserID
    }

    /// Digits alone, the first of which is not 0.
    private static func number(_ text: String) -> Int? {
        guard let number = Int(text), number > 0, String(number) == text else { return nil }
        return number
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Column.self)
        try container.encode(line, forKey: .line)
        try container.encode(email, forKey: .email)
        try container.encode(fullName, forKey: .fullName)
        try container.encode(role.rawValue, forKey: .role)
        try container.encode(passwordHash, forKey: .passwordHash)
        try container.encode(legacyUserID, forKey: .legacyUserID)
    }

    /// Of the database's table.
    private enum Column: String, CodingKey {
        case line, email, role
        case fullName = "full_name"
        case passwordHash = "password_hash"
        case legacyUserID = "legacy_user_id"
    }
}
