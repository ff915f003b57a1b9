package import Postgres

/// What a client has seen of one user's data: it gives this back, and is never shown anything older.
package struct ConsistencyToken: Hashable, Sendable {
    package let userID: Int
    package let revision: Revision

    package init(userID: Int, revision: Revision) {
        self.userID = userID
        self.revision = revision
    }
}
