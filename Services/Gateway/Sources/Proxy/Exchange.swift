import Authentication
import NIOCore
import NIOHTTP1

/// One request on its way: its state, and what the handlers carry along with it.
final class Exchange {
    let request: RequestHead
    /// The one that was in force when the request began.
    let policy: GatewayPolicy
    let forwarded: ForwardedRequest
    /// `nil` for requests that have none.
    var route: Route?
    let traceParent: String
    /// Where the request is traced.
    var trace: ExchangeTrace?
    var answer: AnswerContext
    var state: ExchangeState
    /// In bytes.
    let maximumBody: Int

    var pool: UpstreamPool?
    var place = UpstreamPool.Place.none
    var upstream: UpstreamConnection?
    /// The instance that this exchange counts for.
    var instance: PooledInstance?
    /// Microseconds.
    var attemptBeganAt = 0
    /// Whether the attempt's connection was used before, and may have gone stale.
    var isOnReused = false
    var trials = UpstreamGroup.Trials()
    var failedEndpoints: EndpointSet = []
    var lastUpstreamError: (any Error)?

    /// The gateway's own answer, while the rest of a short body is read.
    var heldAnswer: GatewayAnswer?
    var answerFraming = BodyFraming.none
    var answerStatus = 0
    /// Of the answer whose head has come from the instance that is asked; 0 before that.
    var upstreamStatus = 0
    /// Parts that went up before it was known that the head left.
    var replay: [HTTPServerRequestPart] = []
    /// Microseconds.
    let startedAt: Int
    let isLogged: Bool
    /// The metrics know of it.
    var isCounted = false
    /// Microseconds; 0 before a service is asked.
    var askedAt = 0
    /// From asking the service to the head of its answer, in microseconds.
    var upstreamDuration: Int?
    /// Of the answer's body.
    var answerBytes = 0
    /// Who asks; nil for anybody, and before it is known.
    var caller: AccessToken?
    /// The key that the caller came with, and the token that stands for it.
    var apiKey: (text: String, grant: APIKeyGrant)?
    /// Whether a token of the key was refused already.
    var hasForgottenGrant = false
    /// What the sides of the route's migration know the caller as; nil where nothing is bridged, and before it is known.
    var bridged: BridgedCaller?
    /// What the caller was known by, renewed where that was done.
    var credentials = Credentials.none
    /// Whether Auth was asked for the session's next access token.
    var wasRenewed = false
    /// The protocol that the upstream was asked to switch to, and its answer that it does.
    var passedUpgrade: String?
    var switchingAnswer: HTTPResponseHead?
    /// Which side of its route's migration answers; `nil` for a route that does not move.
    var side: MigrationSide?
    /// While the request changes something on a route that moves.
    var write: WritesInFlight.Write?
    /// Bodies that are collected, because the candidate has other names for their members.
    var requestRewrite: BodyRewrite?
    var answerRewrite: BodyRewrite?
    /// Whether the answer is evidence of its side, and since which change of the stage.
    var countsAnswer = false
    var stageSince = 0
    /// What is to be compared with the candidate's answer.
    var shadow: ShadowCapture?
    var writeEpoch: Int?
    /// The tick until which it waits for an owner of its route's writes.
    var heldUntil: UInt32?
    /// How the candidate is asked; `nil` where it is asked as the client asks.
    var mapping: MigrationMapping? { side == .candidate ? route?.migration?.mapping : nil }
    /// Whether the connection becomes an event stream once the request is complete.
    var becomesStream = false
    /// In ticks; 0 for a route without one of its own.
    var routeTimeout: UInt32 { route?.timeout.map(Tick.count) ?? 0 }
    /// In ticks.
    private let timeout: UInt32
    /// The tick at which everything must be over. While the request is still coming it does not matter: other deadlines
    /// watch over a client that sends.
    private var deadline: UInt32

    init(
        _ request: RequestHead, policy: GatewayPolicy, forwarded: ForwardedRequest, answer: AnswerContext,
        traceParent: String, maximumBody: Int, tick: UInt32, timeout: UInt32, startedAt: Int, isLogged: Bool
    ) {
        self.request = request
        self.policy = policy
        self.maximumBody = maximumBody
        self.forwarded = forwarded
        self.answer = answer
        self.traceParent = traceParent
        self.timeout = timeout
        deadline = tick &+ timeout
        self.startedAt = startedAt
        self.isLogged = isLogged
        state = ExchangeState(request, maximumBody: maximumBody)
    }

    /// The `Cookie` field for the upstream: of a session only what the route needs, and nothing for a monolith that gets a
    /// token in its place.
    ///
    /// - Parameter side: of the route's migration.
    func cookies(on side: MigrationSide?) -> String? {
        guard !request.cookies.isEmpty else { return nil }
        var kept: [(cookie: SessionCookie, value: String)] = []
        guard case .cookies(let session) = credentials, !keepsSession(from: side) else {
            return SessionCookies.upstream(request.cookies, with: [], isSecure: false)
        }
        if caller != nil, let access = session.access { kept.append((.access, access)) }
        if route?.browserSession == .refreshes, let refresh = session.refresh { kept.append((.refresh, refresh)) }
        return SessionCookies.upstream(request.cookies, with: kept, isSecure: session.isSecure)
    }

    /// Whether the request may fail on an instance without a client that notices.
    var isRepeatable: Bool { request.isIdempotent && !state.framing.hasBody }

    /// A body has come to its end: the time begins anew.
    func bodyEnded(at tick: UInt32) { deadline = tick &+ timeout }

    /// Until the deadline, as far as a tick is exact.
    func microsecondsLeft(at tick: UInt32) -> Int {
        max(0, Int(Int32(bitPattern: deadline &- tick))) * Tick.length.microseconds
    }

    /// Whether a complete request has used its time up.
    func hasRunOut(at tick: UInt32) -> Bool {
        state.requestIsComplete && !state.isFinished && Int32(bitPattern: tick &- deadline) >= 0
    }

    // MARK: How logs and metrics name it

    var traceID: Substring { traceParent.dropFirst(3).prefix(32) }

    var routeName: String { route?.name ?? LoopMetrics.none }

    /// The service that was asked.
    var upstreamName: String { pool?.group.name.rawValue ?? LoopMetrics.none }
}
