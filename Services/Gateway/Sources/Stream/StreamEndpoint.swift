package import Events
package import NIOCore

/// `/api/v1/stream`: what all event loops share of it.
package final class StreamEndpoint: Sendable {
    /// Reads what one user has missed after an entry; nil when that entry is gone.
    package typealias CatchUp =
        @Sendable (_ after: EventID, _ userID: Int, any EventLoop) -> EventLoopFuture<EventScripts.Page?>

    package let limits: StreamLimits
    package let hub: EventHub
    package let counters = StreamCounters()
    let admission: StreamAdmission
    let catchUp: CatchUp
    /// Stands in for the streams of events, so that the WebSocket protocol can be tried by itself.
    let makeSession: (@Sendable () -> any WebSocketSession)?

    package init(
        limits: StreamLimits, hub: EventHub, catchUp: @escaping CatchUp,
        makeSession: (@Sendable () -> any WebSocketSession)? = nil
    ) {
        self.limits = limits
        self.hub = hub
        self.catchUp = catchUp
        self.makeSession = makeSession
        admission = StreamAdmission(limits)
    }
}
