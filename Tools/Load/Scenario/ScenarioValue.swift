/// How single values of a scenario are written, in its file and on the command line.
package enum ScenarioValue {
    private static let longest: Int64 = 24 * 3_600_000

    /// `500ms`, `30s`, `10m` or `2h`, up to a day; `0s` is none.
    package static func duration(_ text: String) -> Duration? {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
        guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        let digits = text.dropLast(unit.count)
        guard (1...8).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int64(digits), count * factor <= longest
        else { return nil }
        return .milliseconds(count * factor)
    }

    /// `500/s`, up to a million.
    package static func rate(_ text: String) -> Double? {
        guard text.hasSuffix("/s"), let rate = Double(text.dropLast(2)), rate > 0, rate <= 1_000_000 else { return nil }
        return rate
    }

    /// `2` or `1.5`, of a rate.
    static func times(_ text: String) -> Double? {
        guard let times = Double(text), times > 0, times <= 1000 else { return nil }
        return times
    }
}
