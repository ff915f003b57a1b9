/// What `desk restore` has made, as its JSON shows it.
package struct RestoredCluster: Codable, Hashable, Sendable {
    package let folder: String
    /// The base backup that it began with.
    package let backup: String
    /// The last commit that is in it; `nil` when there was none after the backup.
    package let lastCommit: String?
    /// Clients whose tokens name a later revision are told by it that changes are lost.
    package let epoch: Int
    /// Rows by table of the schema `public`.
    package let rows: [String: Int]
    package let seconds: Double

    private enum CodingKeys: String, CodingKey {
        case folder, backup, epoch, rows, seconds
        case lastCommit = "last_commit"
    }
}
