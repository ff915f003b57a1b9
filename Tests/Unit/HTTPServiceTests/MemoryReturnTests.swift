import Glibc
import HTTPService
import Testing

@Suite("What the allocator keeps")
struct MemoryReturnTests {
    /// Whether a block is a mapping of its own, which ends when it is freed: glibc marks the size before it so
    /// (malloc.c, "IS_MMAPPED").
    private func isMapping(_ block: UnsafeMutableRawPointer) -> Bool {
        block.load(fromByteOffset: -MemoryLayout<UInt>.size, as: UInt.self) & 2 != 0
    }

    @Test("a large block goes back to the system, however large a block was freed before")
    func largeBlocks() throws {
        MemoryReturn.fixBounds()
        // Freed, this would raise glibc's own bound to its size.
        free(malloc(20 << 20))
        let block = try #require(malloc(10 << 20))
        #expect(isMapping(block))
        free(block)
        let small = try #require(malloc(MemoryReturn.wholeBlock / 2))
        #expect(!isMapping(small))
        free(small)
    }
}
