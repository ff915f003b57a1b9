import Glibc
import LocalCluster

/// One way to the list that is measured, and the processes that take part.
struct PathContender {
    enum Generator {
        case wrk(Wrk, port: Int, path: String)
        case pgbench(Pgbench)
    }

    let name: String
    let generator: Generator
    let processes: [String: Int32]

    func warmUp(connections: Int) async throws {
        _ = try await generate(connections: connections, seconds: 3)
    }

    func measure(connections: Int, seconds: Int) async throws -> PathFigures {
        let before = processorSeconds()
        let outcome = try await generate(connections: connections, seconds: seconds)
        let after = processorSeconds()
        let requests = Double(max(1, outcome.requests))
        return PathFigures(
            requestsPerSecond: outcome.requestsPerSecond, p50: outcome.p50, p99: outcome.p99, wrong: outcome.wrong,
            processorMicroseconds: after.merging(before) { max(0, $0 - $1) * 1e6 / requests },
            megabytes: processes.mapValues { ResidentMemory.megabytes(of: $0) })
    }

    private struct Outcome {
        let requestsPerSecond: Double
        let p50, p99: Double?
        let requests: Int
        let wrong: Int
    }

    private func generate(connections: Int, seconds: Int) async throws -> Outcome {
        switch generator {
        case .wrk(let wrk, let port, let path):
            let outcome = try await wrk.run(port: port, path: path, connections: connections, seconds: seconds)
            return Outcome(
                requestsPerSecond: outcome.requestsPerSecond, p50: outcome.p50, p99: outcome.p99,
                requests: outcome.requests, wrong: outcome.wrong)
        case .pgbench(let pgbench):
            let rate = try await pgbench.run(seconds: seconds)
            return Outcome(
                requestsPerSecond: rate, p50: nil, p99: nil, requests: Int(rate * Double(seconds)), wrong: 0)
        }
    }

    /// Of each process and its descendants, and of the load generators that have ended.
    private func processorSeconds() -> [String: Double] {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return processes.mapValues { ProcessorTime.seconds(of: $0) }
            .merging(["load generator": seconds(usage.ru_utime) + seconds(usage.ru_stime)]) { $1 }
    }
}
