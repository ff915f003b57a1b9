/// A write that waits while the owner of its route's writes changes.
struct HeldWrite {
    let connection: ClientConnection
    let exchange: Exchange
    /// The tick at which it has waited long enough.
    let deadline: UInt32

    /// In ticks: below the time that a connection to a service may take.
    static let longestWait = 5 * Tick.perSecond
}
