/// A run of the benchmark of a large database.
struct LargeReport: Codable {
    struct Operation: Codable {
        let name: String
        let fewPerSecond: Double
        let manyPerSecond: Double
        /// What an operation costs among many users, of what it costs among few.
        var ratio: Double { fewPerSecond / max(manyPerSecond, 0.001) }

        enum CodingKeys: String, CodingKey {
            case name
            case fewPerSecond = "few_per_second"
            case manyPerSecond = "many_per_second"
        }
    }

    let date: String
    let commit: String
    let machine: String
    let cores: Int
    let fewUsers: Int
    let users: Int
    let strategies: Int
    let rounds: Int
    let seconds: Int
    let operations: [Operation]
    /// The highest.
    let ratio: Double

    enum CodingKeys: String, CodingKey {
        case date, commit, machine, cores, users, strategies, rounds, seconds, operations, ratio
        case fewUsers = "few_users"
    }

    /// For people.
    var text: String {
        let rows = operations.map { operation in
            [
                operation.name, ListReport.number(operation.fewPerSecond, 0),
                ListReport.number(operation.manyPerSecond, 0), "\(ListReport.number(operation.ratio, 2))×",
            ]
        }
        func grouped(_ number: Int) -> String { ListReport.number(Double(number), 0) }
        let table = TextTable(
            ["statements a second", "\(grouped(fewUsers)) users", "\(grouped(users)) users", "cost"], rows,
            rightAligned: [1, 2, 3])
        return """
            \(table.text)

            The dearest costs \(ListReport.number(ratio, 2))× of what it did; 1.5× is wanted at most.
            \(date), commit \(commit), \(machine), \(cores) cores, \(grouped(strategies)) strategies in the end,
            medians of \(rounds) rounds of \(seconds) s with 8 connections.
            """
    }
}
