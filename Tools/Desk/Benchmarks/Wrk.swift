import FoundationEssentials
import LocalCluster

/// wrk, the load generator: as many requests as come back, over kept connections, each with the next user's token.
struct Wrk {
    struct Outcome {
        let requestsPerSecond: Double
        /// Milliseconds.
        let p50, p99: Double
        let requests: Int
        /// Answers that were not what was asked for.
        let wrong: Int
        /// Answers 503, where the script counts them.
        let refused: Int
    }

    let program: String
    let script: String
    /// A file with an access token a line.
    let tokens: String
    /// What the script reads besides.
    var environment: [String: String] = [:]

    func run(port: Int, path: String, connections: Int, seconds: Int) async throws -> Outcome {
        let output = tokens + ".wrk"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let status = try await Program(
            program,
            [
                "-t1", "-c\(connections)", "-d\(seconds)s", "--latency", "-s", script,
                "http://127.0.0.1:\(port)\(path)",
            ], environment: environment.merging(["TOKENS_FILE": tokens]) { $1 }, output: output
        ).run()
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        guard status == 0, let outcome = Outcome(text) else { throw ClusterError("wrk failed: \(text)") }
        return outcome
    }
}

extension Wrk.Outcome {
    /// - Parameter text: what wrk prints with `--latency` and a script of `Benchmarks`.
    init?(_ text: String) {
        var values: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if words.count == 2, words[0].hasSuffix("%") { values[String(words[0])] = String(words[1]) }
            if words.first == "Requests/sec:", words.count == 2 { values["rate"] = String(words[1]) }
            if words.count > 3, words[1] == "requests", words[2] == "in" { values["requests"] = String(words[0]) }
            if words.count == 3, words[0] == "Wrong" { values["wrong"] = String(words[2]) }
            if words.count == 3, words[0] == "Refused" { values["refused"] = String(words[2]) }
        }
        guard let rate = values["rate"].flatMap(Double.init), let p50 = values["50%"].flatMap(Self.milliseconds),
            let p99 = values["99%"].flatMap(Self.milliseconds), let requests = values["requests"].flatMap({ Int($0) }),
            let wrong = values["wrong"].flatMap({ Int($0) })
        else { return nil }
        self.init(
            requestsPerSecond: rate, p50: p50, p99: p99, requests: requests, wrong: wrong,
            refused: values["refused"].flatMap { Int($0) } ?? 0)
    }

    private static func milliseconds(_ text: String) -> Double? {
        for (unit, factor) in [("us", 0.001), ("ms", 1), ("s", 1000)] where text.hasSuffix(unit) {
            return Double(text.dropLast(unit.count)).map { $0 * factor }
        }
        return nil
    }
}
