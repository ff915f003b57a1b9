/// Why a cluster did not do what was asked: one sentence that names the cause, the log to read and the way out.
package struct ClusterError: Error, Hashable, Sendable, CustomStringConvertible {
    package let sentence: String

    package init(_ sentence: String) { self.sentence = sentence }

    package var description: String { sentence }
}
