/// Parameters as libpq takes them: one block of zero-terminated texts.
struct EncodedParameters: Sendable {
    /// Where each parameter begins in the block; `nil` for null.
    private var offsets: [Int?] = []
    private var block: [UInt8] = []

    static let none = EncodedParameters()

    private init() {}

    /// - Throws: ``PostgresError`` with code `invalidParameter` for a text with a NUL character.
    init(_ values: [PostgresValue]) throws(PostgresError) {
        offsets.reserveCapacity(values.count)
        for value in values {
            guard value != .null else {
                offsets.append(nil)
                continue
            }
            offsets.append(block.count)
            let start = block.count
            append(value)
            guard !block[start...].contains(0) else {
                throw PostgresError(.invalidParameter, "a text parameter holds a NUL character")
            }
            block.append(0)
        }
    }

    private mutating func append(_ value: PostgresValue) {
        switch value {
        case .null: break
        case .text(let text): block.append(contentsOf: text.utf8)
        case .integer(let integer): block.append(contentsOf: String(integer).utf8)
        case .boolean(let boolean): block.append(boolean ? UInt8(ascii: "t") : UInt8(ascii: "f"))
        case .bytes(let bytes):
            block.append(contentsOf: "\\x".utf8)
            let digits = Array("0123456789abcdef".utf8)
            for byte in bytes {
                block.append(digits[Int(byte >> 4)])
                block.append(digits[Int(byte & 0xF)])
            }
        }
    }

    /// Lends the array of C strings, valid only inside the closure.
    func withPointers<R>(_ body: (_ count: Int32, _ values: UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
        guard !offsets.isEmpty else { return body(0, nil) }
        return block.withUnsafeBytes { block in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: offsets.count) { pointers in
                for (index, offset) in offsets.enumerated() {
                    pointers.initializeElement(
                        at: index,
                        to: offset.flatMap { block.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) })
                }
                return body(Int32(offsets.count), UnsafePointer(pointers.baseAddress))
            }
        }
    }
}
