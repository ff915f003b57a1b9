import Foundation
import TestSupport
import Testing

@Suite("A cluster's life", .serialized)
struct LifecycleTests {
    private static let small = ["--gateways", "1", "--auth", "1", "--strategies", "1"]

    @Test("status lists every process as ready and small; the end of input stops all of them")
    func upAndDown() async throws {
        let cluster = try await ClusterUnderTest.start(Self.small)
        let processes = try await cluster.processes()
        let names = [
            "nginx", "gateway-1", "auth-1", "strategies-1", "postgres-1", "postgres-2", "redis", "redis-cache",
        ]
        #expect(Set(processes.map(\.name)) == Set(names))
        #expect(processes.allSatisfy { $0.isReady && $0.id > 0 })
        for process in processes where ["gateway-1", "auth-1", "strategies-1"].contains(process.name) {
            #expect(process.residentMegabytes > 0 && process.residentMegabytes <= 50, "\(process.name)")
        }
        #expect(try await cluster.stop() == 0)
        #expect(processes.allSatisfy { !ClusterUnderTest.isAlive($0.id) })
        #expect(try await cluster.desk("status").status == 3)
        #expect(try await cluster.desk("down").status == 0)
    }

    @Test("a supervisor that is killed takes every process with it")
    func killedSupervisor() async throws {
        let cluster = try await ClusterUnderTest.start(Self.small)
        let processes = try await cluster.processes()
        kill(cluster.supervisorID, SIGKILL)
        #expect(try await eventually { processes.allSatisfy { !ClusterUnderTest.isAlive($0.id) } })
    }

    @Test("a setting that cannot work stops the start with its own sentence, and every process with it")
    func wrongSetting() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cryptodesk-e2e-\(UUID().uuidString)").path
        let port = try ClusterUnderTest.freeBasePort()
        let (output, status) = try await ClusterUnderTest.run(
            ["up", "--data", folder, "--port", String(port), "--set", "BCRYPT_COST=abc"])
        #expect(status != 0 && status != 130)
        #expect(output.contains("BCRYPT_COST") && output.contains("auth-") && !output.contains("was not ready"))
        #expect(ClusterUnderTest.isFree(port + 400))
    }

    @Test("a port that is taken stops the start with one sentence that names it")
    func takenPort() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let folder = FileManager.default.temporaryDirectory.appending(path: "cryptodesk-e2e-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (output, status) = try await ClusterUnderTest.run(["up", "--data", folder, "--port", String(cluster.port)])
        #expect(status != 0)
        #expect(output.contains(String(cluster.port)) && output.contains("--port"))
    }
}
