import Authentication
import Crypto

/// The same for imports that say the same (SHA-256 over their rows).
struct ImportFingerprint: Sendable {
    private var hash = SHA256()

    init(of batches: [ArraySlice<ImportBatch.Row>] = []) {
        for rows in batches { add(rows) }
    }

    mutating func add(_ rows: ArraySlice<ImportBatch.Row>) {
        for row in rows { hash.update(data: Array((row.document + "\n").utf8)) }
    }

    /// In base64url.
    var text: String { Base64URL.encode(hash.finalize()) }
}
