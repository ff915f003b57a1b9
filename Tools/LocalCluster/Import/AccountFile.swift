import Glibc

/// A file of accounts, of which little is in memory at a time.
package struct AccountFile: Sendable {
    package enum Format: String, CaseIterable, Sendable {
        case csv, ndjson
    }

    package let path: String
    package let format: Format

    /// In bytes, read at a time.
    private static let pieceSize = 256 << 10

    package init(path: String, format: Format) {
        self.path = path
        self.format = format
    }

    /// By the end of its name; nil when that is another.
    package static func format(of path: String) -> Format? {
        let path = path.lowercased()
        if path.hasSuffix(".csv") { return .csv }
        return [".ndjson", ".jsonl"].contains(where: path.hasSuffix) ? .ndjson : nil
    }

    /// Reads the file once, from its beginning.
    ///
    /// - Parameter body: takes the lines of each piece, and how far the file has been read, from 0 to 1.
    /// - Throws: ``ClusterError`` when the file cannot be read, ``AccountFileError`` when its rest cannot be understood.
    package func read(_ body: ([Result<ImportedAccount, ImportProblem>], Double) async throws -> Void) async throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ClusterError("\(path) cannot be read: \(SystemError.last).") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ClusterError("\(path) is no file.")
        }
        var parser: any AccountParser = format == .csv ? CSVAccounts() : NDJSONAccounts()
        var piece = [UInt8](repeating: 0, count: Self.pieceSize)
        var size = 0
        while parser.failure == nil {
            let count = Glibc.read(descriptor, &piece, piece.count)
            guard count >= 0 else { throw ClusterError("\(path) cannot be read: \(SystemError.last).") }
            size += count
            let lines = count == 0 ? parser.finish() : parser.read(Array(piece[..<count]))
            try await body(lines, min(1, Double(size) / Double(max(1, status.st_size))))
            if count == 0 { break }
        }
        if let failure = parser.failure { throw failure }
    }
}
