/// Looks for the highest rate at which a scenario's targets hold: doubles until one is missed, then halves what is between.
package struct RateSearch: Sendable, Hashable {
    private static let lowest = 1.0
    private static let highest = 1_000_000.0

    private let start: Double
    /// How far the highest rate that holds and the lowest that does not may be apart, as a part of the former.
    private let precision: Double
    /// The highest rate that held.
    package private(set) var best: Double?
    private var missed: Double?

    /// - Parameter start: the first rate to try, in requests a second.
    package init(from start: Double, precision: Double = 0.05) {
        self.start = start
        self.precision = precision
    }

    /// The rate to try next, in whole requests a second; `nil` at the end.
    package var next: Double? {
        switch (best, missed) {
        case (nil, nil): return start.rounded()
        case (let best?, nil): return best * 2 <= Self.highest ? best * 2 : nil
        case (nil, let missed?): return missed / 2 >= Self.lowest ? (missed / 2).rounded() : nil
        case (let best?, let missed?):
            let middle = ((best + missed) / 2).rounded()
            return missed - best > best * precision && middle > best && middle < missed ? middle : nil
        }
    }

    package mutating func record(_ rate: Double, isMet: Bool) {
        if isMet {
            best = max(best ?? 0, rate)
        } else {
            missed = min(missed ?? .infinity, rate)
        }
    }
}
