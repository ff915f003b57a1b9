/// How the two stores of a migration differ.
package struct ComparisonReport: Encodable, Sendable {
    package let legacyRows: Int
    package let candidateRows: Int
    package internal(set) var differences: [RowDifference] = []

    init(legacyRows: Int, candidateRows: Int) {
        self.legacyRows = legacyRows
        self.candidateRows = candidateRows
    }

    package var isEqual: Bool { differences.isEmpty }

    func keeping(_ isKept: (Int) -> Bool) -> ComparisonReport {
        var report = self
        report.differences.removeAll { !isKept($0.id) }
        return report
    }

    private enum CodingKeys: String, CodingKey {
        case differences
        case legacyRows = "legacy_rows"
        case candidateRows = "candidate_rows"
    }
}

/// A row that is not the same on both sides; what it holds is not told.
package struct RowDifference: Encodable, Hashable, Sendable {
    package enum Kind: String, Encodable, Sendable {
        case missing, extra, different
    }

    package let id: Int
    /// As the candidate has it.
    package let kind: Kind
    /// Which fields, where both have the row.
    package let fields: [String]

    private static let names = ["owner", "title", "description"]

    /// - Parameters: values in the order of the names; nil where the side has no such row.
    init?(id: Int, legacy: [String?]?, candidate: [String?]?) {
        self.id = id
        switch (legacy, candidate) {
        case (_?, nil): (kind, fields) = (.missing, [])
        case (nil, _?): (kind, fields) = (.extra, [])
        case (let legacy?, let candidate?) where legacy != candidate:
            kind = .different
            fields = zip(Self.names, zip(legacy, candidate)).filter { $1.0 != $1.1 }.map(\.0)
        default: return nil
        }
    }

    package var text: String {
        switch kind {
        case .missing: "task \(id): the monolith alone has it"
        case .extra: "task \(id): CryptoDesk alone has it"
        case .different: "task \(id): \(fields.joined(separator: " and ")) differ"
        }
    }
}
