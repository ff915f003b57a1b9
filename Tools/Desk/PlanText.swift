import Capacity
import FoundationEssentials

/// A capacity plan for people: what is needed, what is full first, and what was taken for granted.
struct PlanText {
    let text: String

    init(_ plan: CapacityPlan, _ costs: MeasuredCosts) {
        let lines = plan.lines.map { line in
            [
                line.part.rawValue, "\(line.instances)", "\(line.busyCores)", "\(line.cores)",
                "\(line.memoryMegabytes)",
            ]
        }
        let bottlenecks = plan.bottlenecks.map { bottleneck in
            [bottleneck.what, "\((bottleneck.used * 1000).rounded() / 10) %", bottleneck.takesOver]
        }
        text = [
            "\(plan.users) users, \(Int(plan.requestsPerSecond)) requests/s, \(plan.loginsPerSecond) logins/s, "
                + "\(plan.streams) event streams",
            TextTable(
                ["part", "instances", "busy cores", "cores", "memory MB"], lines, rightAligned: [1, 2, 3, 4]
            ).text,
            "PostgreSQL: \(plan.postgresGigabytes) GB, \(plan.postgresConnections) connections to each server. "
                + "Redis: \(Int(plan.redisMegabytes)) MB, \(Int(plan.redisCommandsPerSecond)) commands/s.",
            TextTable(["full first", "used", "takes over"], bottlenecks, rightAligned: [1]).text,
            "Measured: \(Int(costs.total)) µs of CPU a request, all parts together (\(costs.path), commit \(costs.commit)). "
                + "Taken for granted:",
            Self.assumptions(plan.assumptions),
        ].joined(separator: "\n\n")
    }

    /// As the JSON names them.
    private static func assumptions(_ assumptions: CapacityAssumptions) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        let json = (try? encoder.encode(assumptions)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return json.split(separator: "\n").dropFirst().dropLast().joined(separator: "\n")
    }
}
