import Glibc
import LocalCluster

/// The lines of a file, or of standard input (`-`), read one after the other; a piece of it is in memory at a time.
final class LineFile {
    private let descriptor: Int32
    private var bytes: ArraySlice<UInt8> = []
    private var hasEnded = false
    /// Of the line that was returned last, from 1 on.
    private(set) var number = 0

    /// - Throws: ``ClusterError`` when it cannot be opened.
    init(_ path: String) throws {
        descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ClusterError("\(path) cannot be opened: \(String(cString: strerror(errno))).")
        }
    }

    deinit { close(descriptor) }

    /// The next line without its line feed; `nil` at the end.
    func next() throws -> [UInt8]? {
        while true {
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                defer { bytes = bytes[(end + 1)...] }
                number += 1
                return Array(bytes[..<end])
            }
            if hasEnded {
                guard !bytes.isEmpty else { return nil }
                defer { bytes = [] }
                number += 1
                return Array(bytes)
            }
            try readMore()
        }
    }

    private func readMore() throws {
        let piece = try [UInt8](unsafeUninitializedCapacity: 256 * 1024) { buffer, count in
            let read = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            guard read >= 0 else { throw ClusterError("The file cannot be read: \(String(cString: strerror(errno))).") }
            count = read
        }
        hasEnded = piece.isEmpty
        bytes = ArraySlice(Array(bytes) + piece)
    }
}
