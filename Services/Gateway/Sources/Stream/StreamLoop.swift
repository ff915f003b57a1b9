import Authentication
import DequeModule
import Events
import NIOCore

/// The event streams of one event loop, by user. Touched on that event loop alone.
final class StreamLoop {
    let eventLoop: any EventLoop
    let endpoint: StreamEndpoint
    let registry: WebSocketRegistry
    let authenticationTicks: UInt32
    /// The last entry that was handed on here; nil before the stream could be read.
    private(set) var position: EventID?
    private var sessions: [Int: [StreamSession]] = [:]
    /// Those that wait for Redis to be asked on their behalf.
    private var catchingUp = Deque<(session: StreamSession, after: EventID)>()
    private var questions = 0

    static let resyncFrame = WebSocketFrameWriter.text(#"{"type":"resync"}"#)
    /// Questions to Redis at once: a thousand clients that come back together must not keep it from everything else.
    private static let maximumQuestions = 4

    init(eventLoop: any EventLoop, endpoint: StreamEndpoint, connectionCount: ConnectionCount) {
        self.eventLoop = eventLoop
        self.endpoint = endpoint
        registry = WebSocketRegistry(
            limits: endpoint.limits.webSocket, counters: endpoint.counters, connectionCount: connectionCount)
        authenticationTicks = Tick.count(endpoint.limits.authentication)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        position = endpoint.hub.attach(eventLoop) { bound.value.receive($0) }
    }

    // MARK: Sessions

    func add(_ session: StreamSession, of userID: Int) { sessions[userID, default: []].append(session) }

    func remove(_ session: StreamSession, of userID: Int) {
        sessions[userID]?.removeAll { $0 === session }
        if sessions[userID]?.isEmpty == true { sessions[userID] = nil }
    }

    // MARK: What is read

    private func receive(_ batch: EventHub.Batch) {
        switch batch {
        case .began(let now):
            position = now
            forAll { $0.begin() }
        case .events(let events, let last):
            position = last
            deliver(events)
        case .lost(let now):
            position = now
            forAll { $0.streamWasLost() }
        }
    }

    private func deliver(_ events: [StreamEvent]) {
        var told: [ObjectIdentifier: StreamSession] = [:]
        for event in events {
            for session in sessions[event.userID] ?? [] where session.deliver(event) {
                told[ObjectIdentifier(session)] = session
            }
        }
        for session in told.values { session.flush() }
    }

    private func forAll(_ body: (StreamSession) -> Void) {
        for session in sessions.values.flatMap({ $0 }) { body(session) }
    }

    // MARK: What was missed

    /// Reads on behalf of one session, when its turn has come.
    func catchUp(_ session: StreamSession, after id: EventID) {
        catchingUp.append((session, id))
        askNext()
    }

    private func askNext() {
        while questions < Self.maximumQuestions, let (session, id) = catchingUp.popFirst() {
            guard session.isConnected, let userID = session.caller?.userID else { continue }
            questions += 1
            endpoint.catchUp(id, userID, eventLoop).assumeIsolated().whenComplete { result in
                self.questions -= 1
                switch result {
                case .success(let page): session.received(page, after: id)
                case .failure: session.catchUpFailed(after: id)
                }
                self.askNext()
            }
        }
    }
}
