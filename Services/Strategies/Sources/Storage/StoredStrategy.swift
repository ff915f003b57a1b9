package import HTTPService
package import NIOCore
import Postgres

/// A row as it is stored, its JSON ready to send.
package struct StoredStrategy: Sendable {
    package let id: Int
    package let version: Int
    /// The API's JSON object, rendered by PostgreSQL when the row was written.
    package let document: ByteBuffer

    /// The first row of `id, version, document`; `nil` when there is none.
    init?(_ rows: PostgresRows) {
        guard let id = rows.integer(0, 0), let version = rows.integer(0, 1) else { return nil }
        self.id = id
        self.version = version
        document = rows.withBytes(0, 2) { ByteBuffer(bytes: $0) }
    }

    package var entityTag: EntityTag { VersionPrecondition.entityTag(id: id, version: version) }
}
