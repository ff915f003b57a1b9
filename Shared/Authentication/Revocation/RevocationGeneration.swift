/// One life of the stream in Redis, from one rebuilding to the next.
package struct RevocationGeneration: Sendable, Hashable, CustomStringConvertible {
    /// The epoch of the PostgreSQL primary that the stream was built from. Numbers of one epoch are never given twice.
    package let epoch: Int
    /// Random, so that no two lives are taken for one.
    package let nonce: String

    package init(epoch: Int, nonce: String) {
        self.epoch = epoch
        self.nonce = nonce
    }

    /// `EPOCH-NONCE`; nil for what is not of this form.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let epoch = Int(parts[0]) else { return nil }
        self.init(epoch: epoch, nonce: String(parts[1]))
    }

    package var description: String { "\(epoch)-\(nonce)" }
}
