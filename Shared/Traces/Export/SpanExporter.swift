import AsyncHTTPClient
package import Logging
package import NIOCore
import NIOHTTP1
package import ServiceLifecycle

/// Sends what waits in a ``SpanQueue`` to a collector, in batches: OTLP over HTTP, one request at a time.
///
/// Requests never wait for it. A collector that is away, slow or overloaded costs the spans that do not fit into the queue
/// meanwhile; they are counted.
package struct SpanExporter: Service {
    private let queue: SpanQueue
    private let settings: TraceSettings
    private let resource: [RecordedSpan.Attribute]
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger

    /// How often it looks whether a batch is complete.
    private static let step = Duration.milliseconds(100)
    private static let largestAnswer = 64 << 10
    /// A process that stops waits no longer than that for its last spans.
    private static let farewell = Duration.seconds(2)

    /// - Parameter resource: who records the spans.
    package init(
        queue: SpanQueue, settings: TraceSettings, resource: [RecordedSpan.Attribute],
        eventLoopGroup: any EventLoopGroup, logger: Logger
    ) {
        self.queue = queue
        self.settings = settings
        self.resource = resource
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
    }

    package func run() async throws {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: TimeAmount(settings.timeout)),
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        try await HTTPClient.withHTTPClient(eventLoopGroup: eventLoopGroup, configuration: configuration) { client in
            let unsent = await cancelWhenGracefulShutdown { await exportUntilCancelled(client) }
            await flush(unsent, client)
        }
    }

    /// - Returns: the spans that it was about to send, and that nothing is known of.
    private func exportUntilCancelled(_ client: HTTPClient) async -> [RecordedSpan] {
        while await waitForBatch() {
            let batch = queue.take(settings.batch)
            if !batch.isEmpty, await !export(batch, client) { return batch }
        }
        return []
    }

    /// Until a batch is complete or the delay has passed.
    ///
    /// - Returns: false when the task was cancelled.
    private func waitForBatch() async -> Bool {
        let end = ContinuousClock.now + settings.delay
        while queue.count < settings.batch, ContinuousClock.now < end {
            guard (try? await Task.sleep(for: min(Self.step, settings.delay))) != nil else { return false }
        }
        return !Task.isCancelled
    }

    /// Sends a batch until it is taken or given up.
    ///
    /// - Returns: false when the task was cancelled before that.
    private func export(_ batch: [RecordedSpan], _ client: HTTPClient) async -> Bool {
        var backoff = ExportBackoff()
        while true {
            let outcome = await send(batch, client, within: settings.timeout)
            if Task.isCancelled, outcome != .taken { return false }
            guard case .retry(let asked) = outcome, let wait = backoff.next(asked: asked, jitter: .random(in: 0...1))
            else {
                count(batch, outcome)
                return true
            }
            guard (try? await Task.sleep(for: wait)) != nil else { return false }
        }
    }

    /// Once more for what is left, and no longer than the farewell.
    private func flush(_ unsent: [RecordedSpan], _ client: HTTPClient) async {
        let end = ContinuousClock.now + Self.farewell
        var batch = unsent.isEmpty ? queue.take(settings.batch) : unsent
        while !batch.isEmpty {
            let left = end - .now
            let outcome = left > .zero ? await send(batch, client, within: left) : .refused
            count(batch, outcome)
            batch = queue.take(settings.batch)
        }
    }

    private func count(_ batch: [RecordedSpan], _ outcome: ExportOutcome) {
        if outcome == .taken {
            queue.exported(batch.count)
        } else {
            queue.failed(batch.count)
            logger.warning("The collector does not take spans", metadata: ["spans": "\(batch.count)"])
        }
    }

    private func send(_ batch: [RecordedSpan], _ client: HTTPClient, within time: Duration) async -> ExportOutcome {
        var request = HTTPClientRequest(url: settings.tracesURL)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: ExportRequest.mediaType)
        for (name, value) in settings.headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ExportRequest.encode(batch, resource: resource))
        do {
            let response = try await client.execute(request, timeout: TimeAmount(time))
            _ = try await response.body.collect(upTo: Self.largestAnswer)
            return ExportOutcome(
                status: response.status.code, retryAfter: response.headers.first(name: "Retry-After"))
        } catch {
            logger.debug("The collector cannot be reached", metadata: ["error": "\(error)"])
            return .retry(after: nil)
        }
    }
}
