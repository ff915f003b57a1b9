import AsyncHTTPClient
import Glibc
import LocalCluster
import NIOCore
import NIOHTTP1

/// Writes an account's strategies to a file as they come; an early end leaves no file that looks whole.
final class StrategyDownload {
    private let path: String?
    private let descriptor: Int32

    private var partial: String? { path.map { $0 + ".part" } }

    /// - Parameter path: of the file, which takes its name once it is whole; `nil` for standard output.
    init(to path: String?) throws {
        self.path = path
        descriptor =
            path.map { open($0 + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) } ?? dup(STDOUT_FILENO)
        guard descriptor >= 0 else {
            throw ClusterError("\(path ?? "-") cannot be written: \(String(cString: strerror(errno))).")
        }
    }

    deinit { close(descriptor) }

    /// - Returns: how many lines were written.
    func run(_ session: APISession, onProgress: (Int) -> Void) async throws -> Int {
        let response = try await session.send(.GET, "/api/v1/strategies/export", timeout: .minutes(30))
        guard response.status == .ok else {
            throw ClusterError("\(APIRefusal(response.status, try await response.body.collect(upTo: 1 << 20)))")
        }
        var lines = 0
        do {
            for try await piece in response.body {
                try write(piece)
                lines += piece.readableBytesView.count { $0 == UInt8(ascii: "\n") }
                onProgress(lines)
            }
        } catch {
            throw ClusterError("The export ended after \(lines) strategies, and is not whole: \(error)")
        }
        if let path, let partial, rename(partial, path) != 0 {
            throw ClusterError("\(path) cannot be written: \(String(cString: strerror(errno))).")
        }
        return lines
    }

    private func write(_ piece: ByteBuffer) throws {
        var rest = piece
        while rest.readableBytes > 0 {
            let written = rest.withUnsafeReadableBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else {
                throw ClusterError("The file cannot be written: \(String(cString: strerror(errno))).")
            }
            rest.moveReaderIndex(forwardBy: written)
        }
    }
}
