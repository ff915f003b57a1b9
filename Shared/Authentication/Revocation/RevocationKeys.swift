/// The names in Redis. The braces keep all of them in one slot of a Redis Cluster, as one script touches them.
package struct RevocationKeys: Sendable {
    private let prefix: String

    /// - Parameter name: tells clusters that share a Redis apart.
    package init(name: String) { prefix = "{\(name)}" }

    /// A hash: generation, epoch, last, floor and the beat.
    package var state: String { prefix + ":state" }
    /// The stream; its entries' ids are the numbers.
    package var stream: String { prefix + ":stream" }

    /// The key that is there as long as the revocation refuses something.
    package func key(of subject: Revocation.Subject) -> String {
        switch subject {
        case .token(let id): prefix + ":jti:" + id
        case .session(let id): prefix + ":sid:" + id
        case .userEpoch(let userID, _): prefix + ":epoch:\(userID)"
        case .globalEpoch: prefix + ":epoch"
        }
    }
}
