import Crypto

/// One step of the schema. Once released it is never edited: what it got wrong, a later one mends.
package struct Migration: Sendable {
    /// Rises from one migration to the next; numbers may be left out.
    package let version: Int
    package let name: String
    let sql: String

    init(_ version: Int, _ name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    /// SHA-256 of the SQL, in hexadecimal digits.
    var checksum: String {
        SHA256.hash(data: Array(sql.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Every migration, in order.
    package static let all: [Migration] = [
        users, sessions, strategies, replication, revisions, revocations, administration, versions, idempotencyKeys,
        secondFactor, knownNetworks, apiKeys, eventOutbox, administratorReads, importBatches, legacyUsers,
        capturedChanges, writeOwnership, operators, appliersByRole, outboxByLock, legacyIdentities, routeOrders,
    ]
}
