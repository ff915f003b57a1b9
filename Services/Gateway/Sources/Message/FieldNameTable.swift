/// Field names by their hash: every field of every message is looked up here, most of them in vain.
struct FieldNameTable: Sendable {
    /// FNV-1a (Fowler, Noll and Vo), without case.
    static let seed: UInt32 = 0x811C_9DC5

    static func mix(_ byte: UInt8, into hash: UInt32) -> UInt32 { (hash ^ UInt32(byte | 0x20)) &* 0x0100_0193 }

    private static let size = 256

    private let slots: [(name: StaticString, field: FieldName)?]

    /// - Parameter names: in lower case, fewer than there are slots.
    init(_ names: KeyValuePairs<StaticString, FieldName>) {
        var slots = [(name: StaticString, field: FieldName)?](repeating: nil, count: Self.size)
        for (name, field) in names {
            var slot = Self.slot(
                UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount).reduce(Self.seed) {
                    Self.mix($1, into: $0)
                })
            while slots[slot] != nil { slot = (slot + 1) % Self.size }
            slots[slot] = (name, field)
        }
        self.slots = slots
    }

    /// - Parameter hash: of the name's bytes, one after the other.
    func find(_ name: UnsafeBufferPointer<UInt8>, hash: UInt32) -> FieldName? {
        var slot = Self.slot(hash)
        while let entry = slots[slot] {
            if name == entry.name { return entry.field }
            slot = (slot + 1) % Self.size
        }
        return nil
    }

    private static func slot(_ hash: UInt32) -> Int { Int((hash ^ hash >> 16) % UInt32(size)) }
}
