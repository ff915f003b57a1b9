/// A line whose end has not come yet: how long it is, and whether it begins as a request line does.
package struct PartialLine: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// It has a space before any colon.
        case request
        /// It has a colon before any space.
        case field
    }

    package private(set) var length = 0
    /// `nil` as long as there is neither a space nor a colon.
    package private(set) var kind: Kind?

    package init() {}

    package init(_ bytes: some Collection<UInt8>) {
        length = bytes.count
        kind = Self.kind(of: bytes)
    }

    /// Goes on with what was read, which may hold any number of lines.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        // Bodies come by as well: only the last line is looked at.
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return append(rest: bytes) }
        self = PartialLine(bytes[(end + 1)...])
    }

    /// Goes on with bytes that hold no line end.
    package mutating func append(rest: some Collection<UInt8>) {
        length += rest.count
        if kind == nil { kind = Self.kind(of: rest) }
    }

    private static func kind(of bytes: some Collection<UInt8>) -> Kind? {
        switch bytes.first(where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }) {
        case UInt8(ascii: " "): .request
        case UInt8(ascii: ":"): .field
        default: nil
        }
    }
}
