/// Brings what is committed to the event stream.
package protocol EventPublisher: Sendable {
    /// Says that something was committed a moment ago. It waits for nobody and never fails: the event is in the outbox, and
    /// without a word it is only published later.
    func wake()
}
