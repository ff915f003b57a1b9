/// Why an administrator's request was not carried out.
package enum AdministrationError: Error, Sendable, Equatable {
    /// The caller's role has no such permission.
    case notPermitted
    case noSuchAccount
    /// The last active administrator cannot be disabled or demoted.
    case lastAdmin
    /// Redis is away, in which the gateways tell what they do.
    case noFigures
}
