package import FoundationEssentials

/// Times as clients write them.
package enum Timestamp {
    /// RFC 3339, with or without a fraction of the second; nil for what is none.
    package static func date(_ text: String) -> Date? {
        guard text.utf8.count <= 35 else { return nil }
        let forms = [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true)]
        return forms.lazy.compactMap { try? $0.parse(text) }.first
    }
}
