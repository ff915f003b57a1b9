/// What is known of one base backup; stored beside it, and printed by `desk backup --json`.
package struct BackupRecord: Codable, Hashable, Sendable {
    /// When it began, as in `20261127T221000Z`.
    package let name: String
    /// From this moment on it can be restored to any time that the archive covers.
    package let finished: PointInTime
    /// The first WAL file that its recovery needs.
    package let firstSegment: String
    /// The last promotion before it.
    package let epoch: Int
    package let bytes: Int
    package let postgresVersion: Int

    package init(
        name: String, finished: PointInTime, firstSegment: String, epoch: Int, bytes: Int, postgresVersion: Int
    ) {
        self.name = name
        self.finished = finished
        self.firstSegment = firstSegment
        self.epoch = epoch
        self.bytes = bytes
        self.postgresVersion = postgresVersion
    }

    private enum CodingKeys: String, CodingKey {
        case name, finished, epoch, bytes
        case firstSegment = "first_segment"
        case postgresVersion = "postgres_version"
    }

    /// The latest of these that was finished at that time; the latest of all without one.
    package static func latest(of backups: [BackupRecord], before time: PointInTime?) -> BackupRecord? {
        backups.filter { backup in time.map { backup.finished <= $0 } ?? true }.max { $0.finished < $1.finished }
    }
}
