import Documents
import FoundationEssentials
import LocalCluster
import Profiling

/// Counts what a request costs gateway and strategies, and holds that against the limits of `Benchmarks/guard.yaml`.
///
/// Each figure is the difference of two whole runs under valgrind, one with a thousand requests more, divided by these. The
/// run with fewer goes on, with nothing to do, until it has lasted as long as the other.
struct CostGuard {
    private static let users = 20

    let installation: Installation
    let progress: (String) -> Void

    func run() async throws -> CostReport {
        let limits: CostLimits
        do {
            limits = try CostLimits(path: installation.repository + "/Benchmarks/guard.yaml")
        } catch {
            throw ClusterError(error.description)
        }
        let folder = "/tmp/cryptodesk-guard-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let valgrind = try await Valgrind.prepare(installation, folder: folder)
        progress("starting the cluster")
        let cluster = try await PipedCluster.start(
            installation,
            ["--gateways", "1", "--auth", "1", "--strategies", "1", "--replicas", "1", "--no-demo"], for: "guard")
        do {
            let costs = try await costs(cluster.cluster, valgrind)
            await cluster.stop()
            return CostReport(limits) { costs[$0]?[$1] }
        } catch {
            await cluster.stop()
            throw error
        }
    }

    /// By service and operation.
    private func costs(
        _ cluster: RunningCluster, _ valgrind: Valgrind
    ) async throws -> [String: [String: RequestCost]] {
        let users = try await users(of: cluster)
        var costs: [String: [String: RequestCost]] = [:]
        for service in CostLimits.services {
            guard let pid = cluster.processIDs["\(service)-1"] else {
                throw ClusterError("The cluster has no process \(service)-1.")
            }
            let process = try await CountedProcess(service, pid: pid, valgrind)
            let instructions = try await counts(.callgrind, process, users)
            let allocations = try await counts(.memcheck, process, users)
            for operation in CostLimits.operations {
                func cost(_ run: String) -> RequestCost {
                    RequestCost(
                        instructions: Double(instructions[run] ?? 0), allocations: Double(allocations[run] ?? 0))
                }
                costs[service, default: [:]][operation] = .each(
                    of: GuardWork.more, more: cost(operation), fewer: cost(Self.fewer))
            }
        }
        return costs
    }

    /// The name of the run without more requests.
    private static let fewer = "fewer"

    /// What a tool counts in whole runs: for each operation one with more of it, and one with fewer of both.
    private func counts(
        _ tool: Valgrind.Tool, _ process: CountedProcess, _ users: [GuardUser]
    ) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        var longest = Duration.zero
        for operation in CostLimits.operations {
            progress("\(process.service) under \(tool.rawValue): \(operation)")
            let (count, taken) = try await process.count(tool, .many(operation), users: users)
            counts[operation] = count
            longest = max(longest, taken)
        }
        progress("\(process.service) under \(tool.rawValue): with nothing to do")
        var few = GuardWork.few
        few.least = longest
        counts[Self.fewer] = try await process.count(tool, few, users: users).count
        return counts
    }

    private func users(of cluster: RunningCluster) async throws -> [GuardUser] {
        let prepared = try await ClusterDatabase(cluster).prepare(
            PreparedUsers(count: Self.users, strategies: 10), cost: 4)
        let tokens = try BenchmarkTokens(cluster)
        var users: [GuardUser] = []
        for user in prepared {
            let token = try await tokens.token(for: user)
            let list = await LoopbackHTTP.send(
                "GET", port: cluster.ports.nginx, path: ListBenchmark.path, token: token)
            let digits = list?.body.firstRange(of: "\"id\":").flatMap { range in
                list?.body[range.upperBound...].prefix { $0.isWholeNumber }
            }
            guard let strategy = digits.flatMap({ Int($0) }) else {
                throw ClusterError("A user has no strategies to ask for: \(list?.body ?? "no answer").")
            }
            users.append(GuardUser(token: token, strategy: strategy))
        }
        return users
    }
}
