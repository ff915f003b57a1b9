/// Why an administrator's request was not carried out.
package enum AdministrationError: Error, Sendable, Equatable {
    /// The caller's role has no such permission.
    case notPermitted
    case noSuchAccount
    /// The last active administrator cannot be disabled or demoted.
    case lastAdmin
    /// Redis is away, in which the gateways tell what they do.
    case noFigures
    /// There is no such route, or it does not move.
    case noSuchRoute
    /// The route stays as it is, as things stand; a sentence says why.
    case orderRefused(String)
    /// A gateway has taken an order and has not told what it did.
    case orderUnanswered
}
