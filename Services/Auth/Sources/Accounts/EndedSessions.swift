/// What a change of an account has ended, committed together with the change.
package struct EndedSessions: Sendable, Equatable {
    /// The number of the last revocation; nil when there was nothing to end.
    package let revocation: Int?
}
