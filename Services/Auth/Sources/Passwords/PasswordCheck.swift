/// What came of comparing a password with a stored hash.
package struct PasswordCheck: Sendable, Equatable {
    package let isRight: Bool
    /// The right password's hash at the cost of new ones, where the stored one was made at a lower cost; to be stored in its
    /// place.
    package let rehashed: String?
}
