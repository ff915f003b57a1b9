import Foundation
import TestSupport
import Testing

/// Its two strategies services are all that the tests touch.
@Suite("Instances that fail under load", .serialized)
struct UpstreamFaultTests {
    @Test("an instance that is killed, paused or slowed costs no read", arguments: ["kill", "pause", "slow"])
    func reads(fault: String) async throws {
        let cluster = try await ClusterUnderTest.shared.value
        #expect(try await cluster.waitUntilReady())
        let user = try await TestUser.make(cluster)
        _ = try await user.createStrategy()
        let load = Load(user)
        try await load.run(readers: 4, writers: 0) {
            let isRunning = try await eventually { load.now.reads > 200 }
            #expect(isRunning)
            let id = try #require(try await cluster.processes().first { $0.name == "strategies-1" }?.id)
            let slowing = fault == "slow" ? Self.slow(id) : nil
            defer { slowing?.cancel() }
            if fault != "slow" { #expect(try await cluster.desk(fault, "strategies-1").status == 0) }
            // One that was killed is back so soon that nobody may have seen that it was out.
            if fault != "kill" {
                let since = ContinuousClock.now
                let isOut = try await eventually { try await Self.isOut(of: cluster) }
                #expect(isOut)
                print("an instance is out of use in every gateway \(ContinuousClock.now - since) after: \(fault)")
            }
            // Twice over what waits for an instance that says nothing, until it is asked of the other.
            let before = load.now.reads
            let goesOn = try await eventually { load.now.reads > before + 400 }
            #expect(goesOn)
            if fault == "pause" { try await cluster.desk("resume", "strategies-1") }
            slowing?.cancel()
            await slowing?.value
            let isBack = try await cluster.waitUntilReady()
            #expect(isBack)
            let after = load.now.reads
            let goesOnAgain = try await eventually { load.now.reads > after + 200 }
            #expect(goesOnAgain)
        }
        #expect(load.now.failedReads.isEmpty, "\(load.now.failedReads.prefix(5))")
    }

    /// Lets a process run for a fiftieth of the time only, until it is cancelled.
    private static func slow(_ id: Int32) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                kill(id, SIGSTOP)
                try? await Task.sleep(for: .milliseconds(1470))
                kill(id, SIGCONT)
                try? await Task.sleep(for: .milliseconds(30))
            }
            kill(id, SIGCONT)
        }
    }

    /// Whether both gateways keep requests from the first strategies service, by their own metrics.
    private static func isOut(of cluster: ClusterUnderTest) async throws -> Bool {
        let processes = try await cluster.processes()
        for gateway in processes where gateway.name.hasPrefix("gateway-") {
            let port = try #require(gateway.adminPort)
            let page = try PrometheusPage(try await APIClient("http://127.0.0.1:\(port)").get("/metrics").text)
            func isTold(_ metric: String) throws -> Bool {
                let samples = page.families.first { $0.name == metric }?.samples ?? []
                let sample = samples.first { $0.labels["instance"]?.hasSuffix("/strategies-1.sock") == true }
                return try #require(sample).value == 1
            }
            let isUp = try isTold("cryptodesk_gateway_upstream_up")
            let isEjected = try isTold("cryptodesk_gateway_upstream_ejected")
            if isUp && !isEjected { return false }
        }
        return true
    }
}
