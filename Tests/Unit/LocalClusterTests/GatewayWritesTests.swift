import LocalCluster
import Synchronization
import Testing

@Suite("Where gateways send a migrated route's writes")
struct GatewayWritesTests {
    private func writes(_ ports: [Int], _ routes: [String] = ["tasks"]) -> GatewayWrites {
        GatewayWrites(ports: ports, routes: routes, by: "Ann \"A\"")
    }

    @Test("one is asked, and all are waited for: their version, and the writes that were under way")
    func held() async throws {
        try await PretendedGateway.with { gateway in
            try await writes([gateway.port]).check(epoch: 1)
            try await writes([gateway.port]).set(.held, reason: "cut-over")
            gateway.state.withLock { state in
                #expect(
                    state.asked == [#"{"by":"Ann \"A\"","reason":"cut-over","routes":["tasks"],"owner":"held"}"#])
                #expect(state.inFlight == 0 && state.owner == "held")
            }
            try await writes([gateway.port]).set(.candidate, reason: "cut-over")
            // What an earlier run has done is not done again.
            try await writes([gateway.port]).set(.candidate, reason: "cut-over")
            #expect(gateway.state.withLock { $0.asked.count } == 2)
        }
    }

    @Test("a gateway that does not hear, or refuses, or is of another epoch, or away, is told by its port")
    func refusals() async throws {
        try await PretendedGateway.with { gateway in
            let port = gateway.port
            func sentence(_ body: () async throws -> Void) async -> String? {
                do { try await body() } catch { return (error as? ClusterError)?.sentence }
                return nil
            }
            #expect(
                await sentence { try await writes([port], ["users"]).check(epoch: 1) }
                    == "The gateway at port \(port) has no route users with a migration.")
            #expect(
                await sentence { try await writes([port]).check(epoch: 2) }?.hasPrefix("The gateways are in epoch 1")
                    == true)
            gateway.state.withLock { $0.refusal = "Redis is away" }
            #expect(
                await sentence { try await writes([port]).set(.held, reason: "r") }
                    == "The gateways refuse to change where writes go: Redis is away.")
            gateway.state.withLock { ($0.refusal, $0.isDeaf) = (nil, true) }
            #expect(
                await sentence { try await writes([port]).set(.held, reason: "r") }
                    == "The gateway at port \(port) still has writes under way that it sent before.")
            #expect(
                await sentence { try await writes([1]).check(epoch: 1) }
                    == "The gateway at port 1 does not tell of its migrations.")
        }
    }
}
