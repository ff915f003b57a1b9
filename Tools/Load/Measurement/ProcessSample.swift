/// What a server's process had taken at one moment.
package struct ProcessSample: Sendable, Hashable {
    /// Processor time so far, in seconds.
    package let processorTime: Double
    package let megabytes: Double

    package init(processorTime: Double, megabytes: Double) {
        self.processorTime = processorTime
        self.megabytes = megabytes
    }
}
