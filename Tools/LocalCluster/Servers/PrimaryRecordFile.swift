import FoundationEssentials

/// Keeps the ``PrimaryRecord`` in the data folder: what is written is on disk before the next step is taken.
struct PrimaryRecordFile: Sendable {
    private let path: String

    init(_ layout: ClusterLayout) { path = layout.primaryRecord }

    /// - Throws: ``ClusterError`` when the file cannot be understood: guessing would risk two primaries.
    func read() throws -> PrimaryRecord {
        guard let text = Files.read(path) else { return .first }
        guard let record = try? JSONDecoder().decode(PrimaryRecord.self, from: Data(text.utf8)) else {
            throw ClusterError(
                "The file \(path), which says which PostgreSQL server is the primary, cannot be read: "
                    + "write {\"epoch\":1,\"primary\":\"postgres-1\",\"state\":\"steady\"} into it, with the server meant."
            )
        }
        return record
    }

    func write(_ record: PrimaryRecord) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = String(decoding: try encoder.encode(record), as: UTF8.self)
        try Files.write(json + "\n", to: path, mode: 0o600, isDurable: true)
    }
}
