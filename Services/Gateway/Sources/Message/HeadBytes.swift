import NIOCore

/// A message's head while it is written: dozens of pieces that come into a `ByteBuffer` as one.
///
/// Each piece that is written to a `ByteBuffer` asks anew whose the storage is and whether it has room, which costs more
/// than a short piece itself.
struct HeadBytes: ~Copyable {
    private var start: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 1024) {
        self.capacity = max(capacity, 16)
        start = .allocate(byteCount: self.capacity, alignment: 1)
    }

    deinit { start.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    mutating func writeStaticString(_ text: StaticString) {
        let size = text.utf8CodeUnitCount
        reserve(size)
        (start + count).copyMemory(from: text.utf8Start, byteCount: size)
        count += size
    }

    mutating func writeString(_ text: String) {
        let size = text.utf8.count
        reserve(size)
        let end = start + count
        let isCopied: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
            if let base = bytes.baseAddress { end.copyMemory(from: base, byteCount: size) }
        }
        if isCopied == nil { UnsafeMutableRawBufferPointer(start: end, count: size).copyBytes(from: text.utf8) }
        count += size
    }

    mutating func writeLine(_ name: String, _ value: String) {
        writeString(name)
        writeStaticString(": ")
        writeString(value)
        writeStaticString("\r\n")
    }

    /// A number in decimal digits, without making a string of it.
    ///
    /// - Parameter number: not negative.
    mutating func writeDecimal(_ number: Int) {
        var (rest, size) = (number, 1)
        while rest >= 10 { (rest, size) = (rest / 10, size + 1) }
        reserve(size)
        rest = number
        for place in stride(from: count + size - 1, through: count, by: -1) {
            start.storeBytes(
                of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10), toByteOffset: place, as: UInt8.self)
            rest /= 10
        }
        count += size
    }

    private mutating func reserve(_ size: Int) {
        guard count + size > capacity else { return }
        capacity = max(2 * capacity, count + size)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
        larger.copyMemory(from: start, byteCount: count)
        start.deallocate()
        start = larger
    }
}

extension ByteBuffer {
    /// Appends the pieces of a head.
    mutating func writeHead(_ write: (inout HeadBytes) -> Void) {
        var head = HeadBytes()
        write(&head)
        writeBytes(head.bytes)
    }
}
