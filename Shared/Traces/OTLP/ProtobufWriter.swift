/// Writes the fields of one Protocol Buffers message (protobuf.dev, "Encoding").
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    /// The wire types that are used.
    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case fixed32 = 5
    }

    mutating func write(_ field: UInt64, varint value: UInt64) {
        tag(field, .varint)
        varint(value)
    }

    mutating func write(_ field: UInt64, fixed64 value: UInt64) {
        tag(field, .fixed64)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ field: UInt64, fixed32 value: UInt32) {
        tag(field, .fixed32)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ field: UInt64, bytes value: some Collection<UInt8>) {
        tag(field, .lengthDelimited)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func write(_ field: UInt64, string value: String) { write(field, bytes: value.utf8) }

    mutating func write(_ field: UInt64, message build: (inout ProtobufWriter) -> Void) {
        var message = ProtobufWriter()
        build(&message)
        write(field, bytes: message.bytes)
    }

    private mutating func tag(_ field: UInt64, _ type: WireType) { varint(field << 3 | type.rawValue) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
