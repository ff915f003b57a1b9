/// The totals in the logs that valgrind's tools write at the end of a process.
package enum ValgrindLog {
    /// - Parameter log: of callgrind, with a line such as `==17== Collected : 5923847`.
    /// - Returns: `nil` where the process has not ended by itself.
    package static func instructions(in log: String) -> Int? { number(after: "Collected :", in: log) }

    /// - Parameter log: of memcheck, with a line such as `==17==   total heap usage: 1,234 allocs, 1,230 frees, …`.
    /// - Returns: `nil` where the process has not ended by itself.
    package static func allocations(in log: String) -> Int? { number(after: "total heap usage:", in: log) }

    private static func number(after words: String, in log: String) -> Int? {
        for line in log.split(separator: "\n") {
            guard line.hasPrefix("=="), let range = line.firstRange(of: words) else { continue }
            let number = line[range.upperBound...].drop { $0 == " " }.prefix { $0.isWholeNumber || $0 == "," }
            return Int(number.filter { $0 != "," })
        }
        return nil
    }
}
