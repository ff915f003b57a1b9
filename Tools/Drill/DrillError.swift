/// Why a drill could not be carried out, in one sentence.
package struct DrillError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ sentence: String) { description = sentence }
}
