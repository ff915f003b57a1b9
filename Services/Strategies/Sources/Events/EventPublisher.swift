package import Events

/// Where the service tells what it has done, once that is committed.
package protocol EventPublisher: Sendable {
    /// Tells of an event. It waits for nobody and never fails: the change has been made already.
    func publish(_ event: UserEvent)
}
