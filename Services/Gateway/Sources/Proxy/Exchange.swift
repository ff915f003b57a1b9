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
    var answer: AnswerContext
    var state: ExchangeState
    /// In bytes.
    let maximumBody: Int

    var pool: UpstreamPool?
    var upstream: UpstreamConnection?
    /// The endpoint that this exchange counts for.
    var endpoint: Int?
    var failedEndpoints: EndpointSet = []
    var lastUpstreamError: (any Error)?

    /// The gateway's own answer, while the rest of a short body is read.
    var heldAnswer: GatewayAnswer?
    var answerFraming = BodyFraming.none
    var answerStatus = 0
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
    /// Who asks, once that is known.
    var userID: Int?

    init(
        _ request: RequestHead, policy: GatewayPolicy, forwarded: ForwardedRequest, answer: AnswerContext,
        traceParent: String, maximumBody: Int, startedAt: Int, isLogged: Bool
    ) {
        self.request = request
        self.policy = policy
        self.maximumBody = maximumBody
        self.forwarded = forwarded
        self.answer = answer
        self.traceParent = traceParent
        self.startedAt = startedAt
        self.isLogged = isLogged
        state = ExchangeState(request, maximumBody: maximumBody)
    }

    // MARK: How logs and metrics name it

    var routeName: String { route?.name ?? LoopMetrics.none }

    /// The service that was asked.
    var upstreamName: String { pool?.group.name.rawValue ?? LoopMetrics.none }
}
