/// What runs on a reactor's thread: it owns descriptors and state that no other thread ever touches.
///
/// Every function is called on the reactor's thread. None may block.
package protocol ReactorDriver: AnyObject, SendableMetatype {
    associatedtype Message: Sendable

    /// Messages that other threads posted, oldest first.
    func receive(_ messages: [Message], poller: borrowing Poller)

    /// A watched descriptor became readable or writable, or its peer closed it.
    func ready(_ descriptor: Int32, poller: borrowing Poller)

    /// The end of a round: everything that came in together has been seen, and goes out together now.
    ///
    /// - Returns: when to be called again at the latest; `nil` to sleep until something happens.
    func endTick(poller: borrowing Poller) -> ContinuousClock.Instant?

    /// The reactor stops: close everything, answer everyone. Nothing is called after it.
    func stop(poller: borrowing Poller)
}
