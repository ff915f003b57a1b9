import NIOCore

/// The moments that a run counts from and to, in nanoseconds of a clock that never goes back.
struct LoadClock: Sendable {
    /// When the first request is due.
    let start: Int64
    /// From when on requests count: those of the ramp do not.
    let measuredFrom: Int64
    /// After it nothing is sent.
    let end: Int64

    static var now: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }
}
