import NIOCore
import NIOHTTP1

/// One request on its way: its state, and what the handlers carry along with it.
final class Exchange {
    let request: RequestHead
    let forwarded: ForwardedRequest
    /// `nil` for requests that have none.
    var route: Route?
    let traceParent: String
    var answer: AnswerContext
    var state: ExchangeState

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
    /// Microseconds; only where the request will be logged.
    var startedAt: Int?

    init(
        _ request: RequestHead, forwarded: ForwardedRequest, answer: AnswerContext, traceParent: String,
        maximumBody: Int
    ) {
        self.request = request
        self.forwarded = forwarded
        self.answer = answer
        self.traceParent = traceParent
        state = ExchangeState(request, maximumBody: maximumBody)
    }
}
