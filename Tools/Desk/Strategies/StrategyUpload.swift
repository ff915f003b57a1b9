import AsyncHTTPClient
import Authentication
import Crypto
import JSON
import LocalCluster
import NIOCore
import NIOHTTP1

/// Sends the lines of a file to a cluster, in pieces that each have a key of their own: a piece whose answer was lost is sent
/// again, now or by the same command another time, and nothing comes in twice.
struct StrategyUpload {
    private let session: APISession
    private let file: LineFile
    private let name: String
    private let onProgress: (ImportSummary) -> Void

    private static let pieceLines = 1000
    private static let pieceBytes = 4 * 1024 * 1024
    private static let attempts = 5

    /// - Parameters:
    ///   - name: tells this import of a file from another one that is meant to come in again.
    ///   - onProgress: called after each piece.
    init(_ session: APISession, _ file: LineFile, name: String, onProgress: @escaping (ImportSummary) -> Void) {
        self.session = session
        self.file = file
        self.name = name
        self.onProgress = onProgress
    }

    /// - Returns: what became of the lines; with a problem when not all of them were sent.
    func upload() async throws -> ImportSummary {
        var summary = ImportSummary()
        while let piece = try nextPiece() {
            do {
                for result in try await send(piece) { summary.add(result, offset: piece.offset) }
            } catch {
                summary.problem = "\(error)"
                return summary
            }
            summary.last = piece.offset + piece.lines
            onProgress(summary)
        }
        return summary
    }

    /// Lines that are sent together.
    private struct Piece {
        /// Lines of the file that go before.
        let offset: Int
        var lines = 0
        var body = ByteBuffer()
    }

    private func nextPiece() throws -> Piece? {
        var piece = Piece(offset: file.number)
        while piece.lines < Self.pieceLines, piece.body.readableBytes < Self.pieceBytes, let line = try file.next() {
            piece.body.writeBytes(ImportLine.importable(line))
            piece.body.writeInteger(UInt8(ascii: "\n"))
            piece.lines += 1
        }
        return piece.lines > 0 ? piece : nil
    }

    private func send(_ piece: Piece) async throws -> [JSONObject] {
        var failure: any Error = ClusterError("The piece was not sent.")
        for attempt in 0..<Self.attempts {
            if attempt > 0 { try await Task.sleep(for: .milliseconds(250 << attempt)) }
            do {
                let response = try await session.send(
                    .POST, "/api/v1/strategies/import",
                    headers: ["Content-Type": "application/x-ndjson", "Idempotency-Key": key(piece)],
                    body: .bytes(piece.body))
                let body = try await response.body.collect(upTo: 64 << 20)
                guard response.status == .ok else { throw APIRefusal(response.status, body) }
                let results = try Self.results(body)
                // What the database could not take then may come in now; the rest has its key and comes in no more.
                guard results.contains(where: { $0["status"]?.integer == 503 }) else { return results }
                failure = ClusterError("The database was not available.")
            } catch let refusal as APIRefusal where refusal.status < 500 && refusal.status != 429 {
                throw refusal
            } catch let error as ClusterError {
                throw error
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private func key(_ piece: Piece) -> String {
        var hash = SHA256()
        hash.update(data: Array("\(name)\n\(piece.offset)\n".utf8))
        hash.update(data: Array(piece.body.readableBytesView))
        return "desk-" + Base64URL.encode(hash.finalize())
    }

    static func results(_ body: ByteBuffer) throws -> [JSONObject] {
        try body.readableBytesView.split(separator: UInt8(ascii: "\n")).compactMap {
            try JSONValue(parsing: Array($0)).object
        }
    }
}
