/// What a read asks of the server that answers it.
package struct ReadRequirement: Hashable, Sendable {
    /// Any server whose staleness is within the bound.
    package static let none = ReadRequirement()

    /// What the reader has seen already: an answer that is older is thrown away and asked again elsewhere.
    package var minimum: Revision?
    /// Only the primary may answer.
    package var isStrong: Bool

    package init(minimum: Revision? = nil, isStrong: Bool = false) {
        self.minimum = minimum
        self.isStrong = isStrong
    }
}
