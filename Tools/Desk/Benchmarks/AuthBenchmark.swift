import Foundation
import LocalCluster

/// Refreshes and logins through the whole cluster, against what the cores can sign and hash at most, measured in the same run.
struct AuthBenchmark {
    /// Accounts that sign in, and as many whose sessions are refreshed.
    private static let users = 64
    /// bcrypt's cost of those that sign in, as in production.
    private static let cost = 12
    /// bcrypt's cost of those whose sessions are refreshed, which begin by signing in as well.
    private static let lowCost = 10
    private static let path = "/api/v1/strategies"

    let installation: Installation
    let rounds: Int
    let seconds: Int
    let connections: Int

    func run(progress: (String) -> Void) async throws -> AuthReport {
        guard let wrk = ServerSearch.program("wrk") else {
            throw ClusterError("wrk is needed: ./desk bench installs it.")
        }
        progress("signing and hashing on every core, while nothing else runs")
        let limits = try await CryptographyLimits.measure(cost: Self.cost, for: .seconds(min(seconds, 5)))
        progress("starting a cluster")
        let server = try await PipedCluster.start(
            installation,
            [
                "--no-demo", "--set", "BCRYPT_COST=\(Self.lowCost)", "--set", "LOGIN_LIMIT_PER_MINUTE=100000",
                "--set", "ACCESS_TOKEN_LIFETIME_S=3600",
            ], for: "bench")
        do {
            let report = try await measure(server.cluster, wrk, limits, progress)
            await server.stop()
            return report
        } catch {
            await server.stop()
            throw error
        }
    }

    private func measure(
        _ cluster: RunningCluster, _ wrk: String, _ limits: CryptographyLimits, _ progress: (String) -> Void
    ) async throws -> AuthReport {
        let folder = cluster.layout.folder
        let database = try ClusterDatabase(cluster)
        let users = try await database.prepare(
            PreparedUsers(count: Self.users, strategies: 10), cost: Self.lowCost)
        // Those that are there already keep their hashes.
        let others = try await database.prepare(
            PreparedUsers(count: 2 * Self.users, strategies: 10), cost: Self.cost
        ).suffix(Self.users)
        let emails = folder + "/emails"
        try (others.map(\.email).joined(separator: "\n") + "\n")
            .write(toFile: emails, atomically: true, encoding: .utf8)

        let refresh = try await refreshes(cluster, wrk, users, limits, progress)
        let read = try await BenchmarkTokens(cluster).token(for: users[0])
        let probe = ReadProbe(port: cluster.ports.nginx, path: Self.path, token: read)
        let quiet = try await probe.run(for: .seconds(seconds)) {}
        progress("reads while nobody signs in: p99 \(ListReport.number(quiet.p99, 1)) ms")
        let login = try await logins(cluster, wrk, emails, limits, quiet, probe, progress)
        let origin = await BenchmarkOrigin(installation)
        return AuthReport(
            date: origin.date, commit: origin.commit, machine: origin.machine,
            cores: ProcessInfo.processInfo.activeProcessorCount, rounds: rounds, seconds: seconds,
            connections: connections, cost: Self.cost, refresh: refresh, login: login)
    }

    private func refreshes(
        _ cluster: RunningCluster, _ wrk: String, _ users: [PreparedUsers.User], _ limits: CryptographyLimits,
        _ progress: (String) -> Void
    ) async throws -> AuthReport.Refresh {
        var figures: [Wrk.Outcome] = []
        for round in 1...rounds {
            // A round ends with requests whose answers nobody takes: their tokens are not used again.
            let file = cluster.layout.folder + "/tokens"
            let tokens = try await BenchmarkSessions(cluster).refreshTokens(2 * connections, of: users)
            try (tokens.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
            let load = Wrk(
                program: wrk, script: installation.repository + "/Benchmarks/refresh.lua", tokens: file)
            figures.append(
                try await load.run(
                    port: cluster.ports.nginx, path: "/api/v1/auth/refresh", connections: connections,
                    seconds: seconds))
            progress(
                "round \(round) of \(rounds): \(Int(figures[round - 1].requestsPerSecond)) refreshes/s of "
                    + "\(Int(limits.signaturesPerSecond)) signatures/s")
        }
        let rate = figures.map(\.requestsPerSecond).median
        return AuthReport.Refresh(
            perSecond: rate, p50: figures.map(\.p50).median, p99: figures.map(\.p99).median,
            wrong: figures.reduce(0) { $0 + $1.wrong }, signingLimit: limits.signaturesPerSecond,
            share: rate / limits.signaturesPerSecond)
    }

    private func logins(
        _ cluster: RunningCluster, _ wrk: String, _ emails: String, _ limits: CryptographyLimits,
        _ quiet: ReadProbe.Outcome, _ probe: ReadProbe, _ progress: (String) -> Void
    ) async throws -> AuthReport.Login {
        let load = Wrk(
            program: wrk, script: installation.repository + "/Benchmarks/login.lua", tokens: emails,
            environment: ["PASSWORD": PreparedUsers.password])
        var rates: [Double] = []
        var reads: [ReadProbe.Outcome] = []
        var (refused, wrong) = (0, 0)
        // Enough that no core is ever without a hash to compute, and few enough for the queue of about a second.
        let callers = 4 * ProcessInfo.processInfo.activeProcessorCount
        for round in 1...rounds {
            var outcome: Wrk.Outcome?
            reads.append(
                try await probe.run {
                    outcome = try await load.run(
                        port: cluster.ports.nginx, path: "/api/v1/auth/login", connections: callers, seconds: seconds)
                })
            guard let outcome else { continue }
            let done = Double(outcome.requests - outcome.refused - outcome.wrong)
            rates.append(outcome.requestsPerSecond * done / Double(max(1, outcome.requests)))
            refused += outcome.refused
            wrong += outcome.wrong
            progress(
                "round \(round) of \(rounds): \(ListReport.number(rates[round - 1], 1)) logins/s of "
                    + "\(ListReport.number(limits.hashesPerSecond, 1)) hashes/s, reads p99 "
                    + "\(ListReport.number(reads[round - 1].p99, 1)) ms")
        }
        return AuthReport.Login(
            perSecond: rates.median, refused: refused, wrong: wrong, hashingLimit: limits.hashesPerSecond,
            share: rates.median / limits.hashesPerSecond, quietReadsP99: quiet.p99,
            readsP50: reads.map(\.p50).median, readsP99: reads.map(\.p99).median,
            failedReads: reads.reduce(0) { $0 + $1.failed })
    }
}
