/// A user of ours as the application that is migrated from knows them; what the import has written.
package struct LegacyAccount: Sendable, Hashable {
    package let legacyUserID: Int
    /// What its own tokens have as `sub`.
    package let subject: String

    package init(legacyUserID: Int, subject: String) {
        self.legacyUserID = legacyUserID
        self.subject = subject
    }
}
