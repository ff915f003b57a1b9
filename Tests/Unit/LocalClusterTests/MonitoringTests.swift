import LocalCluster
import Testing

@Suite struct MonitoringTests {
    private static let text = """
        # HELP requests_total Requests.
        # TYPE requests_total counter
        requests_total{route="a",code="200"} 5
        requests_total{route="b \\"}\\\\ = c",code="500"} 2.5
        up 1
        cryptodesk_gateway_request_duration_seconds_bucket{route="a",le="0.001"} 10
        cryptodesk_gateway_request_duration_seconds_bucket{route="a",le="0.01"} 30
        cryptodesk_gateway_request_duration_seconds_bucket{route="a",le="+Inf"} 40
        cryptodesk_gateway_request_duration_seconds_bucket{route="b",le="0.001"} 0
        cryptodesk_gateway_request_duration_seconds_bucket{route="b",le="0.01"} 60
        cryptodesk_gateway_request_duration_seconds_bucket{route="b",le="+Inf"} 60
        no sample at all
        """

    @Test("samples are read with their labels, whatever is in them")
    func samples() {
        let samples = MetricSamples(parsing: Self.text)
        #expect(samples.samples.count == 9)
        #expect(samples.samples[1].labels == ["route": "b \"}\\ = c", "code": "500"])
        #expect(samples.sum("requests_total") == 7.5)
        #expect(samples.sum("up") == 1)
        #expect(samples.sum("down") == nil)
    }

    @Test("a quantile lies between two bounds, and above the last one nothing is known but that")
    func quantiles() throws {
        let histogram = MetricSamples(parsing: Self.text).histogram("cryptodesk_gateway_request_duration_seconds")
        #expect(histogram.count == 100)
        #expect(histogram.quantile(0.05) == 0.0005)
        let median = try #require(histogram.quantile(0.5))
        #expect(abs(median - (0.001 + 0.009 * 40 / 80)) < 1e-12)
        #expect(histogram.quantile(0.99) == 0.01)
        #expect(LatencyHistogram(cumulative: [:]).quantile(0.5) == nil)
        #expect(histogram.since(histogram).quantile(0.5) == nil)
    }

    @Test("only what came since the last reading counts, unless the process has started anew")
    func since() {
        let earlier = LatencyHistogram(cumulative: [0.001: 90, .infinity: 90])
        let later = LatencyHistogram(cumulative: [0.001: 90, 0.01: 100, .infinity: 100])
        #expect(later.since(earlier).count == 10)
        #expect(LatencyHistogram(cumulative: [0.001: 3, .infinity: 3]).since(earlier).count == 3)
    }

    @Test("rates are those between two readings, and a process that has ended is down")
    func activity() throws {
        func status(_ name: String, pid: Int?) -> ProcessStatus {
            ProcessStatus(
                name: name, pid: pid, port: nil, adminPort: nil, ready: pid == 2, residentMegabytes: 40, cpu: 12.5)
        }
        func reading(_ seconds: Int, _ count: Int, redis: Int) -> ClusterReading {
            let start = ContinuousClock.now
            return ClusterReading(
                time: start + .seconds(seconds),
                processes: [
                    status("gateway-1", pid: 2), status("auth-1", pid: 3), status("redis", pid: 2),
                    status("nginx", pid: nil),
                ],
                metrics: [
                    "gateway-1": MetricSamples(
                        parsing: """
                            cryptodesk_gateway_request_duration_seconds_bucket{le="0.002"} \(count)
                            cryptodesk_gateway_request_duration_seconds_bucket{le="+Inf"} \(count)
                            cryptodesk_redis_commands_total \(redis)
                            """)
                ])
        }
        let start = reading(0, 100, redis: 50)
        let end = ClusterReading(
            time: start.time + .seconds(2), processes: reading(0, 0, redis: 0).processes,
            metrics: reading(0, 500, redis: 60).metrics)
        let activities = ProcessActivity.between(start, end)
        let gateway = try #require(activities.first)
        #expect(gateway.rate == 200 && gateway.p50 == 1 && gateway.state == .ready && gateway.cpu == 12.5)
        #expect(activities.map(\.state) == [.ready, .unready, .ready, .down])
        #expect(activities[1].rate == nil && activities[2].rate == 5)
    }
}
