/// The place of an event in the stream, as Redis numbers its entries: milliseconds and a sequence within them.
///
/// Clients get it as opaque text, and hand back the last one that they have seen.
package struct EventID: Hashable, Sendable {
    package let milliseconds: UInt64
    package let sequence: UInt64

    package init(milliseconds: UInt64, sequence: UInt64) {
        self.milliseconds = milliseconds
        self.sequence = sequence
    }

    /// Reads `MILLISECONDS-SEQUENCE`; nil for every other text.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Self.number(parts[0]), let sequence = Self.number(parts[1]) else {
            return nil
        }
        self.init(milliseconds: milliseconds, sequence: sequence)
    }

    /// Digits alone: `UInt64` would take a sign as well.
    private static func number(_ text: some StringProtocol) -> UInt64? {
        guard text.utf8.count <= 20, text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
        return UInt64(text)
    }
}

extension EventID: Comparable {
    package static func < (left: EventID, right: EventID) -> Bool {
        (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
    }
}

extension EventID: CustomStringConvertible {
    package var description: String { "\(milliseconds)-\(sequence)" }
}
