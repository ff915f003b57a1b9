import FoundationEssentials

/// The name of a signing key's file: `0001.pem`, or `0002.20270115T080000Z.pem` for a key that signs from that time on.
package struct SigningKeyName: Sendable, Hashable, Comparable {
    package let label: String
    /// In seconds since 1970; nil for a key that has signed from the beginning.
    package let signsFrom: Int?

    package init(number: Int, signsFrom: Int? = nil) {
        let digits = String(number)
        label = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        self.signsFrom = signsFrom
    }

    /// nil for what has another form: a time that cannot be read must not become a key that signs at once.
    package init?(file: String) {
        guard file.hasSuffix(".pem") else { return nil }
        let parts = file.dropLast(4).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let label = parts.first, !label.isEmpty else { return nil }
        self.label = String(label)
        guard parts.count == 2 else {
            signsFrom = nil
            return
        }
        guard let date = try? Self.style.parse(String(parts[1])) else { return nil }
        signsFrom = Int(date.timeIntervalSince1970)
        guard self.file == file else { return nil }
    }

    package var file: String {
        let time = signsFrom.map { "." + Self.style.format(Date(timeIntervalSince1970: Double($0))) } ?? ""
        return label + time + ".pem"
    }

    /// In the order in which the keys sign.
    package static func < (one: SigningKeyName, other: SigningKeyName) -> Bool {
        (one.signsFrom ?? .min, one.label) < (other.signsFrom ?? .min, other.label)
    }

    /// ISO 8601's basic format.
    private static let style = Date.ISO8601FormatStyle(
        dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZoneSeparator: .omitted)
}
