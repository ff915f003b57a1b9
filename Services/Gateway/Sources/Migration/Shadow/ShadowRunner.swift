import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Asks candidates what the primary has answered, and compares: beside the data plane, with connections of its own and within
/// bounds, so that it can neither slow nor change an answer. What finds no place is dropped.
package final class ShadowRunner: Service {
    private struct State {
        var inFlight: [String: Int] = [:]
        /// Of the primary's answers that are kept.
        var bytes = 0
        var count = 0
    }

    private let upstreams: [UpstreamGroup]
    private let evidence: MigrationEvidence
    private let client: HTTPClient
    private let requests: AsyncStream<ShadowRequest>
    private let queue: AsyncStream<ShadowRequest>.Continuation
    private let state = Mutex(State())

    /// Of all answers that are kept at once.
    private static let maximumBytes = 16 * 1024 * 1024
    /// The primary is asked a second time where the answers differ, and for one comparison in so many besides: both sides'
    /// latencies are then those of the same client.
    private static let repetition = 4

    package init(upstreams: [UpstreamGroup], evidence: MigrationEvidence) {
        self.upstreams = upstreams
        self.evidence = evidence
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(1)), decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        // Not the event loops that carry clients' requests.
        client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        (requests, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1024))
    }

    /// Compares until the service shuts down; what is under way then is given up.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await request in self.requests {
                    group.addTask {
                        await self.compare(request)
                        self.ended(request)
                    }
                }
                group.cancelAll()
            }
        }
        try await client.shutdown()
    }

    /// Whether another comparison of a route would find a place.
    func hasPlace(_ route: String, _ limits: ShadowLimits) -> Bool {
        state.withLock { $0.bytes < Self.maximumBytes && $0.inFlight[route] ?? 0 < limits.inFlight }
    }

    /// Never waits.
    func offer(_ request: ShadowRequest) {
        let size = request.primary.body.count
        let isTaken = state.withLock { state in
            let inFlight = state.inFlight[request.route] ?? 0
            guard inFlight < request.migration.shadow.inFlight, state.bytes + size <= Self.maximumBytes else {
                return false
            }
            state.inFlight[request.route] = inFlight + 1
            state.bytes += size
            return true
        }
        guard isTaken else { return evidence.shadowed(request.route, .dropped) }
        if case .enqueued = queue.yield(request) { return }
        ended(request)
        evidence.shadowed(request.route, .dropped)
    }

    private func ended(_ request: ShadowRequest) {
        state.withLock { state in
            state.inFlight[request.route, default: 1] -= 1
            state.bytes -= request.primary.body.count
        }
    }

    // MARK: One comparison

    private enum Outcome {
        case answer(ComparedAnswer, microseconds: Int)
        case tooLarge(microseconds: Int)
        case failed(microseconds: Int)
    }

    private func compare(_ request: ShadowRequest) async {
        let (route, migration, since) = (request.route, request.migration, request.since)
        let comparison = AnswerComparison(migration.comparison)
        var differences: [JSONComparison.Difference]
        switch await ask(.candidate, request) {
        case .answer(var answer, let microseconds):
            answer.status = migration.mapping.statuses[answer.status] ?? answer.status
            if !migration.mapping.fields.isEmpty { answer.body = migration.mapping.fields.answer(answer.body) }
            answered(request, .candidate, isError: answer.status >= 500, microseconds)
            differences = comparison.differences(request.primary, answer)
        case .tooLarge(let microseconds):
            answered(request, .candidate, isError: false, microseconds)
            differences = [.init(kind: .count, place: "$", primary: nil, candidate: nil)]
        case .failed(let microseconds):
            if Task.isCancelled { return }
            answered(request, .candidate, isError: true, microseconds)
            return evidence.shadowed(route, .failed)
        }
        var isNoisy = false
        let repeats = state.withLock { state in
            state.count += 1
            return state.count % Self.repetition == 0
        }
        if !differences.isEmpty || repeats {
            switch await ask(.legacy, request) {
            case .answer(let again, let microseconds):
                answered(request, .legacy, isError: again.status >= 500, microseconds)
                // What it was told was not wrong a moment ago only because the data has changed since.
                let noise = Set(comparison.differences(request.primary, again).map(\.place))
                isNoisy = !noise.isEmpty
                differences.removeAll { noise.contains($0.place) }
            case .tooLarge: return evidence.shadowed(route, .failed)
            case .failed(let microseconds):
                answered(request, .legacy, isError: true, microseconds)
                return evidence.shadowed(route, .failed)
            }
        }
        evidence.compared(
            route, since, differences.isEmpty ? nil : DifferenceSample(path: request.path, differences: differences),
            isNoisy: isNoisy)
    }

    private func answered(_ request: ShadowRequest, _ side: MigrationSide, isError: Bool, _ microseconds: Int) {
        guard request.countsAnswers else { return }
        evidence.answered(request.route, request.since, side, isError: isError, microseconds: microseconds)
    }

    private func ask(_ side: MigrationSide, _ request: ShadowRequest) async -> Outcome {
        let beganAt = RequestGuard.microseconds()
        var passed: Int { RequestGuard.microseconds() - beganAt }
        let name = request.migration.upstream(of: side)
        guard let group = upstreams.first(where: { $0.name == name }), let endpoint = Self.choose(from: group) else {
            return .failed(microseconds: 0)
        }
        let target = (side == .candidate ? request.candidateTarget : nil) ?? request.target
        var message = HTTPClientRequest(url: endpoint.url(of: target))
        message.headers = side == .candidate ? request.candidateFields : request.primaryFields
        let limits = request.migration.shadow
        do {
            let answer = try await client.execute(message, timeout: TimeAmount(limits.timeout))
            let microseconds = passed
            do {
                let body = try await answer.body.collect(upTo: limits.maximumBody)
                let fields = ShadowCapture.fields(answer.headers, request.migration.comparison)
                return .answer(
                    ComparedAnswer(
                        status: Int(answer.status.code), fields: fields, body: Array(body.readableBytesView)),
                    microseconds: microseconds)
            } catch is NIOTooManyBytesError {
                return .tooLarge(microseconds: microseconds)
            }
        } catch {
            return .failed(microseconds: passed)
        }
    }

    private static func choose(from group: UpstreamGroup) -> UpstreamEndpoint? {
        let usable = group.healthy.subtracting(group.ejected)
        return group.members.filter { usable.contains($0.slot) }.randomElement()?.endpoint
    }
}
