import Glibc

/// Copies a growing file to standard output, from wherever it has got to.
struct LogReader {
    private let path: String
    private var offset: Int

    init(path: String, offset: Int = 0) {
        self.path = path
        self.offset = offset
    }

    static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_size : 0
    }

    /// The position from which the last `count` lines follow.
    static func offset(ofLast count: Int, in path: String) -> Int {
        let size = size(of: path)
        guard count > 0 else { return size }
        let window = min(size, 1 << 20)
        var bytes = [UInt8](repeating: 0, count: window)
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        guard pread(descriptor, &bytes, window, size - window) == window else { return 0 }
        var lines = 0
        for (index, byte) in bytes.enumerated().reversed() where byte == UInt8(ascii: "\n") && index != window - 1 {
            lines += 1
            if lines == count { return size - window + index + 1 }
        }
        return size - window
    }

    /// A file that was cut off or replaced is read from its beginning.
    mutating func copyNew() {
        if Self.size(of: path) < offset { offset = 0 }
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(descriptor, &bytes, bytes.count, offset)
            guard count > 0 else { return }
            _ = write(STDOUT_FILENO, bytes, count)
            offset += count
        }
    }
}
