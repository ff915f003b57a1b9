package import FoundationEssentials

/// A moment as RFC 3339 writes it, with the date, the time and the zone: `2026-11-27T22:10:00Z`.
package struct PointInTime: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    package let description: String
    package let date: Date

    /// `nil` for text of another form.
    package init?(_ text: String) {
        let styles = [false, true].map { Date.ISO8601FormatStyle(includingFractionalSeconds: $0) }
        let allowed = Set("0123456789-:.+TZ")
        guard text.allSatisfy(allowed.contains),
            let date = styles.lazy.compactMap({ try? Date(text, strategy: $0) }).first
        else { return nil }
        description = text
        self.date = date
    }

    package init(_ date: Date) {
        description = date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        self.date = date
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let time = Self(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no time: \(text)"))
        }
        self = time
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package static func < (left: Self, right: Self) -> Bool { left.date < right.date }

    /// As PostgreSQL's `recovery_target_time` takes it: the zone as a number, since it knows no names yet when it reads that.
    package var recoveryTarget: String {
        description.hasSuffix("Z") ? "\(description.dropLast())+00" : description
    }

    /// A name that sorts by time: `20261127T221000Z`.
    package var fileName: String {
        PointInTime(date).description.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" } + "Z"
    }
}
