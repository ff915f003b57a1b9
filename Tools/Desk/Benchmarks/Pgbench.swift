import FoundationEssentials
import LocalCluster

/// pgbench with a statement of ours: what PostgreSQL could do if nothing stood before it.
struct Pgbench {
    let program: String
    let script: String
    /// How it connects, for libpq.
    let environment: [String: String]
    /// The users' ids.
    let users: ClosedRange<Int>
    /// Takes what it prints.
    let folder: String
    /// Further ones of the script.
    var variables: [String: Int] = [:]

    /// - Returns: lists a second.
    func run(seconds: Int) async throws -> Double {
        let output = folder + "/pgbench.out"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let status = try await Program(
            program,
            [
                "--no-vacuum", "--protocol=prepared", "--client=8", "--jobs=1", "--time=\(seconds)",
                "--file=\(script)", "--define=first=\(users.lowerBound)", "--define=last=\(users.upperBound)",
            ] + variables.map { "--define=\($0)=\($1)" }, environment: environment, output: output
        ).run()
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("tps = ") }
        guard status == 0, let rate = line?.split(separator: " ").dropFirst(2).first.flatMap({ Double($0) }) else {
            throw ClusterError("pgbench failed: \(text.suffix(1000))")
        }
        return rate
    }
}
