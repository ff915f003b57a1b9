import FoundationEssentials
import LocalCluster
import Testing

@Suite struct BackupTests {
    private func backup(_ name: String, finished: String) throws -> BackupRecord {
        BackupRecord(
            name: name, finished: try #require(PointInTime(finished)), firstSegment: "000000010000000000000002",
            epoch: 1,
            bytes: 1, postgresVersion: 15)
    }

    @Test("the latest backup that was finished by then is the one to begin with")
    func choice() throws {
        let backups = [
            try backup("b", finished: "2026-11-27T22:10:00.500Z"), try backup("a", finished: "2026-11-26T22:10:00Z"),
        ]
        func chosen(_ time: String) throws -> String? {
            let moment = try #require(PointInTime(time))
            return BackupRecord.latest(of: backups, before: moment)?.name
        }
        #expect(try chosen("2026-11-28T00:00:00Z") == "b")
        #expect(try chosen("2026-11-27T22:10:00.5Z") == "b")
        #expect(try chosen("2026-11-27T22:10:00Z") == "a")
        #expect(try chosen("2026-11-27T23:10:00+02:00") == "a")
        #expect(try chosen("2026-11-26T22:09:59Z") == nil)
        #expect(BackupRecord.latest(of: backups, before: nil)?.name == "b")
    }

    @Test(
        "what is no moment with its zone is none",
        arguments: ["", "yesterday", "2026-11-27", "2026-11-27T22:10:00", "2026-11-27 22:10:00Z", "22:10", "' or 1 --"])
    func noMoment(text: String) { #expect(PointInTime(text) == nil) }

    @Test("PostgreSQL gets the zone as a number")
    func recoveryTarget() throws {
        #expect(try #require(PointInTime("2026-11-27T22:10:00.5Z")).recoveryTarget == "2026-11-27T22:10:00.5+00")
        #expect(try #require(PointInTime("2026-11-27T22:10:00+02:00")).recoveryTarget == "2026-11-27T22:10:00+02:00")
    }

    @Test("a backup's name sorts by its time")
    func name() throws {
        #expect(try #require(PointInTime("2026-11-27T22:10:00.999Z")).fileName == "20261127T221000Z")
    }

    @Test("a WAL file's name tells its place in the log")
    func segment() throws {
        let segment = try #require(WALSegment(name: "0000000200000001000000FF"))
        #expect(segment.timeline == 2 && segment.number == 0x1FF)
        for name in [
            "00000002.history", "0000000200000001000000ff", "0000000200000001000001FF",
            "0000000200000001000000FF.partial",
            "+0000002000000010000000F",
        ] { #expect(WALSegment(name: name) == nil, "\(name)") }
    }

    @Test("the first file that a recovery needs is in the backup's label")
    func label() {
        let label = """
            START WAL LOCATION: 0/2000028 (file 000000010000000000000002)
            CHECKPOINT LOCATION: 0/2000060
            """
        #expect(WALSegment.first(ofBackupLabel: label) == "000000010000000000000002")
        #expect(WALSegment.first(ofBackupLabel: "START WAL LOCATION: 0/2000028 (file none)") == nil)
        #expect(WALSegment.first(ofBackupLabel: "") == nil)
    }

    @Test("a WAL file that is missing is found, over a change of timelines as well; what comes before does not count")
    func gap() {
        func segments(_ numbers: [Int], timeline: Int = 1) -> [WALSegment] {
            numbers.compactMap { number in WALSegment(name: "0000000\(timeline)00000000000000\(number + 10)") }
        }
        let start: UInt64 = 0x13
        #expect(WALSegment.gap(in: segments([1, 3, 4, 5]), from: start) == nil)
        #expect(WALSegment.gap(in: segments([3, 5]), from: start) == 0x14)
        #expect(WALSegment.gap(in: segments([4, 5]), from: start) == start)
        let both = segments([3, 4]) + segments([4, 5], timeline: 2)
        #expect(WALSegment.gap(in: both, from: start) == nil)
        #expect(WALSegment.gap(in: segments([1]), from: start) == nil)
    }

    @Test("what does not fit is said in megabytes, with the reserve")
    func room() {
        let room = DiskRoom(free: 600 << 20)
        #expect(throws: Never.self) { try room.check(80 << 20, for: "The backup", at: "/b") }
        #expect(
            throws: ClusterError(
                "The backup takes 612 MB with the reserve, and only 600 MB are free at /b: free some space, or use another disk."
            )
        ) {
            try room.check(100 << 20, for: "The backup", at: "/b")
        }
    }

    @Test("WAL goes nowhere before the first backup, and then to the archive, whatever its path is")
    func archiving() {
        let none = PostgresFiles(topology(), primary: PostgresServer(1)).configuration(of: PostgresServer(2))
        #expect(none.contains("archive_mode = always\narchive_command = '/bin/true'\n"))
        let archive = BackupArchive(path: "/no such/it's 5%")
        let some = PostgresFiles(topology(), primary: PostgresServer(1), archive: archive)
            .configuration(of: PostgresServer(2))
        #expect(
            some.contains(
                #"archive_command = 'sh ''/data/config/archive-wal.sh'' "%p" %f ''/no such/it''\''''s 5%%/wal'''"#))
        #expect(some.contains("\narchive_timeout = 60s\n"))
    }
}
