/// What a backfill has done.
package struct BackfillReport: Encodable, Sendable {
    /// Gone through now, and those that earlier runs had finished.
    package internal(set) var ranges = 0
    package internal(set) var skippedRanges = 0
    /// Of the monolith, in the ranges of this run.
    package internal(set) var rows = 0
    package internal(set) var refused: [RefusedRow] = []

    private enum CodingKeys: String, CodingKey {
        case ranges, rows, refused
        case skippedRanges = "skipped_ranges"
    }
}
