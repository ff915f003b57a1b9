/// A request that waits for its answer. Moments are in nanoseconds of ``LoadClock``.
struct Exchange {
    let user: VirtualUser
    let operation: Operation
    var step: OperationStep
    /// When it should have been sent, whatever hindered that.
    var due: Int64
    var sent: Int64
}
