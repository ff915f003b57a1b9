import Capacity
import FoundationEssentials
import Testing

@Suite struct CapacityPlanTests {
    private static let report = """
        {"commit": "abc", "cores": 2, "paths": [
          {"name": "CryptoDesk, full path", "figures": {"requests_per_second": 8000, "p99_ms": 16,
            "cpu_us_per_request": {"nginx": 40, "gateway-1": 60, "strategies-1": 50, "auth-1": 0, "postgres-1": 0,
              "postgres-2": 40, "redis": 2, "redis-cache": 0, "load generator": 8},
            "memory_mb": {"gateway-1": 50, "nginx": 15, "postgres-2": 150}}},
          {"name": "CryptoDesk, 2 gateways and 2 services", "figures": {"requests_per_second": 7500,
            "cpu_us_per_request": {"nginx": 40, "gateway-1": 35, "gateway-2": 35, "strategies-1": 30,
              "strategies-2": 30, "postgres-2": 50, "load generator": 30}, "memory_mb": {"gateway-1": 50}}},
          {"name": "FastAPI, reached directly", "figures": {"requests_per_second": 1,
            "cpu_us_per_request": {"uvicorn": 700}, "memory_mb": {}}}]}
        """

    private func costs() throws -> [MeasuredCosts] { try MeasuredCosts.read(Data(Self.report.utf8)) }

    private func plan(_ users: Int, _ rate: Double, _ assumptions: CapacityAssumptions = .init()) throws -> CapacityPlan
    {
        CapacityPlan(
            users: users, requestsPerSecond: rate, costs: try #require(try costs().first), assumptions: assumptions)
    }

    private func line(_ part: CapacityPart, _ plan: CapacityPlan) throws -> CapacityPlan.Line {
        try #require(plan.lines.first { $0.part == part })
    }

    @Test("the instances of a part are one cost, and other programs are none of ours")
    func reading() throws {
        let measured = try costs()
        #expect(measured.map(\.path) == ["CryptoDesk, full path", "CryptoDesk, 2 gateways and 2 services"])
        #expect(measured[0].microseconds[.gateway] == 60 && measured[1].microseconds[.gateway] == 70)
        #expect(measured[0].total == 200 && measured[1].total == 250)
        #expect(throws: DecodingError.self) { try MeasuredCosts.read(Data("{}".utf8)) }
    }

    @Test("a part has as many cores as its requests take at the utilisation, and an instance to spare")
    func gateways() throws {
        let plan = try plan(1_000_000, 50_000)
        let gateway = try line(.gateway, plan)
        // 50,000 × 60 µs = 3 cores; at 60 % that are 5, on 2 cores each 3 instances.
        #expect(gateway.busyCores == 3 && gateway.instances == 4 && gateway.cores == 8)
        #expect(plan.streams == 50_000)
        #expect(gateway.memoryMegabytes >= 4 * 50 + 258)
        #expect(try line(.primary, plan).instances == 1)
        #expect(try line(.replica, plan).instances >= 2)
    }

    @Test("more users or requests never take less, of anything")
    func monotonous() throws {
        let plans = try [(1_000, 50.0), (100_000, 5_000), (1_000_000, 50_000), (100_000_000, 2_000_000)].map {
            try plan($0.0, $0.1)
        }
        for (smaller, larger) in zip(plans, plans.dropFirst()) {
            for (before, after) in zip(smaller.lines, larger.lines) {
                #expect(before.part == after.part && before.cores <= after.cores, "\(before.part)")
                #expect(before.memoryMegabytes <= after.memoryMegabytes, "\(before.part)")
            }
            #expect(smaller.postgresGigabytes < larger.postgresGigabytes)
            #expect(smaller.redisCommandsPerSecond < larger.redisCommandsPerSecond)
        }
    }

    @Test("the fullest is named first, and a small cluster is full nowhere")
    func bottlenecks() throws {
        let small = try plan(1_000, 50)
        #expect(small.bottlenecks.allSatisfy { $0.used < 0.3 }, "\(small.bottlenecks)")
        let large = try plan(100_000_000, 2_000_000)
        #expect(large.bottlenecks == large.bottlenecks.sorted { $0.used > $1.used })
        #expect(large.bottlenecks.contains { $0.used > 1 && $0.takesOver.hasPrefix("Citus") })
        var readOnly = CapacityAssumptions()
        readOnly.writeShare = 0
        #expect(try line(.primary, plan(1_000_000, 50_000, readOnly)).busyCores == 0)
    }

    @Test("the model is held against each measured size, by its own costs and by another's")
    func check() throws {
        let checks = CapacityCheck.all(try costs())
        #expect(checks.map(\.predicted) == [10_000, 8_000, 10_000, 8_000])
        #expect(checks.map(\.error) == [0.25, 0, 0.333, 0.067])
    }
}
