import Logging
import NIOHTTP1
import NIOPosix
import PrometheusMetrics
import TestSupport
import Testing
import Traces

@Suite("The export of spans")
struct SpanExporterTests {
    private static func span(_ number: Int) -> RecordedSpan {
        RecordedSpan(
            SpanIdentity(traceHigh: 0, traceLow: 1, span: UInt64(number)), parent: nil, name: "span", kind: .internal,
            beganAt: 1, endedAt: 2, attributes: [])
    }

    private static func settings(_ url: String) -> TraceSettings {
        var settings = TraceSettings()
        settings.endpoint = url
        settings.headers = [("X-Token", "t")]
        settings.batch = 2
        settings.delay = .milliseconds(50)
        return settings
    }

    /// - Returns: what the queue counted.
    private static func run(
        _ settings: TraceSettings, capacity: Int = 100, body: @Sendable (SpanQueue) async throws -> Void
    ) async throws -> Counts {
        let queue = SpanQueue(capacity: capacity)
        let exporter = SpanExporter(
            queue: queue, settings: settings, resource: [.init("service.name", "test")],
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withRunning(exporter) { try await body(queue) }
        return try Counts(queue)
    }

    private struct Counts: Equatable {
        let exported, dropped, failed: Int

        init(exported: Int = 0, dropped: Int = 0, failed: Int = 0) {
            (self.exported, self.dropped, self.failed) = (exported, dropped, failed)
        }

        init(_ queue: SpanQueue) throws {
            let page = try PrometheusPage(PrometheusText.render(SpanQueue.families(of: queue)))
            func count(_ outcome: String) -> Int {
                Int(page.value("cryptodesk_trace_spans_total", ["outcome": outcome]) ?? -1)
            }
            self.init(exported: count("exported"), dropped: count("dropped"), failed: count("failed"))
        }
    }

    @Test("spans go in batches, to the path of traces, with the fields of the settings")
    func batches() async throws {
        let collector = try await CollectorUnderTest(.status(200))
        let counts = try await Self.run(Self.settings(collector.url)) { queue in
            for number in 1...5 { queue.record(Self.span(number)) }
            let hasCome = try await eventually { collector.requests.count == 3 }
            #expect(hasCome)
        }
        #expect(counts == Counts(exported: 5))
        for request in collector.requests {
            #expect(request.path == "/v1/traces" && request.fields["X-Token"] == ["t"])
            #expect(request.fields["Content-Type"] == ["application/x-protobuf"])
        }
        #expect(
            collector.requests.first?.body
                == ExportRequest.encode([Self.span(1), Self.span(2)], resource: [.init("service.name", "test")]))
        await collector.stop()
    }

    @Test("an overloaded collector gets the same spans again, and no sooner than it says")
    func retry() async throws {
        let collector = try await CollectorUnderTest(.status(429, retryAfter: "2"), .status(200))
        let start = ContinuousClock.now
        let counts = try await Self.run(Self.settings(collector.url)) { queue in
            queue.record(Self.span(1))
            let hasCome = try await eventually { collector.requests.count == 2 }
            #expect(hasCome)
        }
        #expect(ContinuousClock.now - start >= .seconds(2))
        #expect(counts == Counts(exported: 1))
        #expect(collector.requests.first?.body == collector.requests.last?.body)
        await collector.stop()
    }

    @Test(
        "what a collector refuses for good is counted, and the next spans go on", arguments: [400, 401, 500] as [UInt])
    func refused(status: UInt) async throws {
        let collector = try await CollectorUnderTest(.status(status, retryAfter: "1"), .status(200))
        let counts = try await Self.run(Self.settings(collector.url)) { queue in
            for number in 1...3 { queue.record(Self.span(number)) }
            let hasCome = try await eventually { collector.requests.count == 2 }
            #expect(hasCome)
        }
        #expect(counts == Counts(exported: 1, failed: 2))
        await collector.stop()
    }

    @Test("while a collector is silent no more spans wait than may, and the others are counted")
    func silent() async throws {
        let collector = try await CollectorUnderTest(.silence)
        var settings = Self.settings(collector.url)
        settings.timeout = .milliseconds(200)
        let counts = try await Self.run(settings, capacity: 10) { queue in
            queue.record(Self.span(1))
            queue.record(Self.span(2))
            let hasCome = try await eventually { !collector.requests.isEmpty }
            #expect(hasCome)
            for number in 3...102 { queue.record(Self.span(number)) }
            #expect(queue.count <= 10)
        }
        #expect(counts == Counts(dropped: 90, failed: 12))
        await collector.stop()
    }

    @Test("a process that stops sends what waits, and waits for nobody who is away")
    func farewell() async throws {
        let collector = try await CollectorUnderTest(.status(200))
        var settings = Self.settings(collector.url)
        settings.delay = .seconds(60)
        let counts = try await Self.run(settings) { $0.record(Self.span(1)) }
        #expect(counts == Counts(exported: 1))
        await collector.stop()
        let start = ContinuousClock.now
        let lost = try await Self.run(settings) { $0.record(Self.span(1)) }
        #expect(lost == Counts(failed: 1) && ContinuousClock.now - start < .seconds(20))
    }
}
