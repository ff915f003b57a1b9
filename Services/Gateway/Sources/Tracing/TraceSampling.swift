package import Traces

/// Which requests are traced, and where their spans go.
///
/// The decision is the gateway's alone. A `traceparent` that comes along is continued, so that a caller finds its request in
/// our traces; its sampled flag is not obeyed, because then any stranger could have every request recorded.
package struct TraceSampling: Sendable {
    package let queue: SpanQueue
    /// From 0 to 1.
    package let ratio: Double

    package init(queue: SpanQueue, ratio: Double) {
        self.queue = queue
        self.ratio = ratio
    }
}
