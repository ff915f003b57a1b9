package import HTTPService
package import NIOCore
import Postgres

/// A row as it is stored, its JSON ready to send.
package struct StoredStrategy: Sendable {
    package let id: Int
    package let version: Int
    /// The API's JSON object, rendered by PostgreSQL when the row was written.
    package let document: ByteBuffer

    /// The first row of `id, version, document`, from the given column on; `nil` when there is none.
    ///
    /// - Parameter first: the revision's two columns go before by default.
    init?(_ rows: PostgresRows, from first: Int = 2) {
        guard let id = rows.integer(0, first), let version = rows.integer(0, first + 1) else { return nil }
        self.id = id
        self.version = version
        document = rows.withBytes(0, first + 2) { ByteBuffer(bytes: $0) }
    }

    package var entityTag: EntityTag { VersionPrecondition.entityTag(id: id, version: version) }
}
