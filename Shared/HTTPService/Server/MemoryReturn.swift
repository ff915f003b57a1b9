import CLinux

/// How the C library's allocator gives memory back to the system.
package enum MemoryReturn {
    /// Blocks from here on are the system's own, and go back to it as soon as they are free. In bytes.
    package static let wholeBlock = 1 << 20
    /// Free memory at the end of a heap beyond this goes back. In bytes.
    package static let freeEnd = 4 << 20

    /// Fixes both bounds. glibc would raise them to the size of the largest block that was ever freed, and twice that:
    /// after one body of 10 MB a process keeps what such bodies took (mallopt(3), "M_MMAP_THRESHOLD").
    package static func fixBounds() {
        mallopt(M_MMAP_THRESHOLD, Int32(wholeBlock))
        mallopt(M_TRIM_THRESHOLD, Int32(freeEnd))
    }
}
