import Authentication
import Events
import NIOCore

/// One client's event stream: who it is, how far it has been told, and when it has to end.
final class StreamSession: WebSocketSession {
    let stream: StreamLoop
    let policy: GatewayPolicy
    private let route: Route
    /// For the limit on tokens that turn out to be none.
    let clientAddress: String
    private(set) var connection: WebSocketConnection?
    private(set) var caller: AccessToken?
    /// What a program came with, and the token that stands for it.
    private(set) var apiKey: (text: String, grant: APIKeyGrant)?
    private var progress: StreamProgress
    private var authenticationDeadline: UInt32
    var isVerifying = false
    /// Whether its token is refused, and only the reason is not known yet.
    var isEnding = false
    /// Where reading what was missed goes on, once the client takes bytes and Redis answers.
    private var paused: (after: EventID, isVerified: Bool)?

    /// - Parameter caller: nil for a client that will say in its first message who it is. One that is given has been admitted.
    init(
        caller: AccessToken?, apiKey: (text: String, grant: APIKeyGrant)?, clientAddress: String,
        resumption: StreamResumption, stream: StreamLoop, policy: GatewayPolicy, route: Route
    ) {
        self.caller = caller
        self.apiKey = apiKey
        self.clientAddress = clientAddress
        self.stream = stream
        self.policy = policy
        self.route = route
        progress = StreamProgress(resumption)
        authenticationDeadline = stream.registry.tick &+ stream.authenticationTicks
    }

    // MARK: What the connection reports

    func opened(_ connection: WebSocketConnection) {
        self.connection = connection
        if caller != nil { subscribe() }
    }

    func received(_ message: WebSocketMessage) {
        guard case .text(let text) = message else {
            connection?.close(.unacceptableData, reason: "Messages are text")
            return
        }
        guard case .authentication(let token)? = StreamClientMessage(text), !isVerifying else {
            connection?.close(.policyViolation, reason: "The message is not expected")
            return
        }
        authenticate(token)
    }

    func check(tick: UInt32, seconds: Int) {
        if let caller {
            renewGrant(seconds: seconds)
            guard mayHear(caller, seconds: seconds) else { return }
        } else if Int32(bitPattern: tick &- authenticationDeadline) >= 0, !isVerifying {
            connection?.close(.unauthorized, reason: "No token came in time")
        }
        becameWritable()
    }

    func becameWritable() {
        guard let (id, isVerified) = paused, connection?.isWritable == true else { return }
        paused = nil
        take(after: id, isVerified: isVerified)
        connection?.flush()
    }

    func closed() {
        connection = nil
        paused = nil
        if let caller {
            stream.remove(self, of: caller.userID)
            stream.endpoint.admission.leave(userID: caller.userID)
        }
        stream.endpoint.admission.leave()
    }

    // MARK: Who it is

    private func authenticate(_ text: String) {
        if APIKey.isMeant(by: text) { return authenticate(apiKey: text) }
        if let known = policy.tokens.cached(text) { return admit(known) }
        guard policy.failedAuthentications.refusal(for: clientAddress) == nil else {
            connection?.close(.tooManyRequests, reason: "Too many tokens that are none")
            return
        }
        isVerifying = true
        let tokens = policy.tokens
        stream.eventLoop.makeFutureWithTask { try await tokens.verify(text) }.assumeIsolated().whenComplete { result in
            self.isVerifying = false
            switch result {
            case .success(let token): self.admit(token)
            case .failure(AuthenticationError.unavailable): self.authenticationIsAway()
            case .failure:
                self.policy.failedAuthentications.count(self.clientAddress)
                self.refuse()
            }
        }
    }

    func admit(_ token: AccessToken, apiKey: (text: String, grant: APIKeyGrant)? = nil) {
        isVerifying = true
        let subject = RequestGuard.Subject(caller: token, address: clientAddress)
        policy.guards.check(subject, route: route, on: stream.eventLoop).whenSuccess { verdict in
            self.isVerifying = false
            switch verdict {
            case .admitted: self.accept(token, apiKey)
            case .limited: self.connection?.close(.tooManyRequests, reason: "Too many requests, try again later")
            case .uncounted:
                self.connection?.close(.tryAgainLater, reason: "The request cannot be counted at the moment")
            case .revoked: self.refuse()
            case .unavailable: self.authenticationIsAway()
            }
        }
    }

    private func accept(_ token: AccessToken, _ apiKey: (text: String, grant: APIKeyGrant)?) {
        guard let connection, connection.isOpen else { return }
        guard token.permits(route.resource, changing: false) else {
            connection.close(.policyViolation, reason: "The key has no scope for the events")
            return
        }
        if let caller {
            guard caller.userID == token.userID else {
                connection.close(.policyViolation, reason: "The token is another user's")
                return
            }
            self.caller = token
            self.apiKey = apiKey
        } else if stream.endpoint.admission.enter(userID: token.userID) {
            caller = token
            self.apiKey = apiKey
            subscribe()
        } else {
            stream.endpoint.counters.refused.add()
            connection.close(.tooManyRequests, reason: "The user has as many streams as allowed")
        }
    }

    /// Another token of the same key goes on where this one ends.
    func adopt(_ grant: APIKeyGrant, of text: String) {
        guard apiKey?.text == text, caller?.userID == grant.token.userID else { return }
        caller = grant.token
        apiKey = (text, grant)
    }

    func refuse() { connection?.close(.unauthorized, reason: "Could not validate credentials") }

    func authenticationIsAway() {
        connection?.close(.tryAgainLater, reason: "Authentication is not available at the moment")
    }

    /// Ends the connection of a session that has ended.
    private func mayHear(_ caller: AccessToken, seconds: Int?) -> Bool {
        guard let connection, connection.isOpen, !isEnding else { return false }
        if let seconds, caller.expiresAt <= seconds {
            connection.close(.unauthorized, reason: "The access token has expired")
        } else if policy.guards.verdict(on: caller) != .revoked {
            return true
        } else if apiKey != nil {
            endRefusedGrant()
        } else {
            connection.close(.unauthorized, reason: "The session has ended")
        }
        stream.endpoint.counters.sessionsEnded.add()
        return false
    }

    // MARK: Events

    private func subscribe() {
        guard let caller else { return }
        stream.add(self, of: caller.userID)
        begin()
    }

    /// The stream has come to be read, or the session has begun.
    func begin() {
        switch progress.begin(now: stream.position) {
        case .wait, .live: break
        case .resync: tellToResync()
        case .catchUp(let id): take(after: id, isVerified: id == stream.position)
        }
        connection?.flush()
    }

    /// Hands out what was missed, from what is at hand where that is enough.
    private func take(after id: EventID, isVerified: Bool) {
        guard let caller, let now = stream.position else { return }
        let missed = stream.endpoint.hub.missed(by: caller.userID, after: id, through: now, isVerified: isVerified)
        if let missed {
            if send(missed) { progress.goLive(at: max(id, now)) }
        } else {
            stream.catchUp(self, after: id)
        }
    }

    /// A part of what was missed has been read from Redis.
    ///
    /// - Parameter page: nil when the entry is not there any more.
    func received(_ page: EventScripts.Page?, after id: EventID) {
        guard let caller, mayHear(caller, seconds: nil) else { return }
        // Who may hear of it is not known for certain just now.
        guard policy.guards.verdict(on: caller) == .valid else { return paused = (id, false) }
        if let page {
            if send(page.events) {
                progress.read(through: page.last)
                take(after: page.last, isVerified: true)
            }
        } else {
            startOver()
        }
        connection?.flush()
    }

    /// Redis did not answer: it is asked again at the next check.
    func catchUpFailed(after id: EventID) { paused = (id, false) }

    var isConnected: Bool { connection?.isOpen ?? false }

    /// - Returns: whether there is something to flush.
    func deliver(_ event: StreamEvent) -> Bool {
        guard let caller, progress.isLive, mayHear(caller, seconds: nil), progress.admits(event.id) else {
            return false
        }
        if !send([event]) { progress.fallBehind() }
        return true
    }

    /// Something may have been lost.
    func streamWasLost() {
        guard progress.isLive else { return }  // what is being read will not find its place either
        startOver()
        connection?.flush()
    }

    func flush() { connection?.flush() }

    private func startOver() {
        progress.startOver(at: stream.position)
        tellToResync()
    }

    private func tellToResync() {
        stream.endpoint.counters.resyncs.add()
        connection?.send(frame: StreamLoop.resyncFrame)
    }

    /// Sends events for as long as the client takes them. What it does not take is not kept for it, but read again.
    ///
    /// - Returns: whether all were sent.
    private func send(_ events: [StreamEvent]) -> Bool {
        guard let connection else { return false }
        for event in events {
            connection.send(frame: event.frame)
            stream.endpoint.counters.eventsSent.add()
            progress.read(through: event.id)
            guard !connection.isWritable else { continue }
            connection.flush()
            guard !connection.isWritable else { continue }
            paused = (event.id, true)
            return false
        }
        return true
    }
}
