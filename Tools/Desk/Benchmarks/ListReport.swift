/// A run of the benchmark of the authenticated list.
struct ListReport: Codable {
    struct Path: Codable {
        let name: String
        let figures: PathFigures
    }

    /// A figure that we want to reach.
    struct Target: Codable {
        let work: String
        let wanted: String
        /// Nothing where it was not measured in this run.
        let measured: String?
        let isMet: Bool?

        enum CodingKeys: String, CodingKey {
            case work, wanted, measured
            case isMet = "met"
        }
    }

    let date: String
    let commit: String
    let machine: String
    let cores: Int
    let users: Int
    let connections: Int
    let rounds: Int
    let seconds: Int
    let paths: [Path]
    let targets: [Target]
    let ratioToFastAPI: Double
    let ratioToNginxLua: Double?

    enum CodingKeys: String, CodingKey {
        case date, commit, machine, cores, users, connections, rounds, seconds, paths, targets
        case ratioToFastAPI = "ratio_to_fastapi"
        case ratioToNginxLua = "ratio_to_nginx_lua"
    }
}

extension ListReport {
    /// For people.
    var text: String {
        let rows = paths.map { path in
            [
                path.name, Self.number(path.figures.requestsPerSecond, 0), Self.number(path.figures.p50, 1),
                Self.number(path.figures.p99, 1), Self.number(path.figures.servers.reduce(0) { $0 + $1.value }, 0),
                "\(path.figures.wrong)",
            ]
        }
        let table = TextTable(
            ["the list of ten", "requests/s", "p50 ms", "p99 ms", "CPU µs a request", "wrong"], rows,
            rightAligned: [1, 2, 3, 4, 5])
        var parts = [table.text, processes]
        parts.append("Requests/s against FastAPI reached directly: \(Self.number(ratioToFastAPI, 2))×")
        if let ratioToNginxLua {
            parts.append(
                "The gateway alone against nginx with Lua and Redis: \(Self.number(ratioToNginxLua, 2))×")
        }
        parts.append(
            TextTable(
                ["wanted", "", "measured", ""],
                targets.map { target in
                    [
                        target.work, target.wanted, target.measured ?? "not in this run",
                        target.isMet.map { $0 ? "met" : "MISSED" } ?? "",
                    ]
                }
            ).text)
        parts.append(
            "\(date), commit \(commit), \(machine), \(cores) cores, \(users) users, \(connections) connections,")
        return parts.joined(separator: "\n\n")
            + "\nmedians of \(rounds) alternating rounds of \(seconds) s; the load generator runs on the same cores."
    }

    /// Each process of each way: its processor time a request, and its memory.
    private var processes: String {
        paths.map { path in
            let parts = path.figures.processorMicroseconds.sorted { $0.value > $1.value }
                .filter { $0.value >= 0.05 }
                .map { name, time in
                    let memory = path.figures.megabytes[name].map { ", \(Self.number($0, 0)) MB" } ?? ""
                    return "\(name) \(Self.number(time, 1)) µs\(memory)"
                }
            return "\(path.name): " + parts.joined(separator: " · ")
        }.joined(separator: "\n")
    }

    static func number(_ value: Double?, _ digits: Int) -> String {
        guard let value else { return "–" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let rounded = (value * scale).rounded()
        guard digits > 0 else { return Self.grouped(Int(rounded)) }
        let fraction = String(Int(rounded.magnitude) % Int(scale))
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(value < 0 ? "-" : "")\(Self.grouped(Int(rounded.magnitude / scale))).\(zeros)\(fraction)"
    }

    /// With a comma between thousands.
    private static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return digits.indices.map { index in
            (index > 0 && (digits.count - index) % 3 == 0 ? "," : "") + String(digits[index])
        }.joined()
    }
}

extension PathFigures {
    /// Processor time a request of all but the load generator.
    var servers: [String: Double] { processorMicroseconds.filter { $0.key != "load generator" } }
}
