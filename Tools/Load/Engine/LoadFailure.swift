/// Why a load test could not be run, as one sentence.
package struct LoadFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
