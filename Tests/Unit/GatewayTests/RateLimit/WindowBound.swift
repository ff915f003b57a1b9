import Gateway

/// Checks of a stream of admissions that in no window of length t more is admitted than burst + rate · t.
///
/// The fullest window that ends now is what a leaky bucket holds (Turner's, as a meter): its level drains by the rate and
/// rises by what is admitted.
struct WindowBound {
    private let capacity: Int
    private let interval: Int
    private let rates: Int
    private var level = 0
    private var last: Int?
    /// Whether no window so far was too full.
    private(set) var isKept = true

    init(_ limit: RateLimit, bursts: Int = 1, rates: Int = 1) {
        self.rates = rates
        capacity = bursts * limit.burst * limit.emissionInterval
        interval = limit.emissionInterval
    }

    mutating func admit(_ cost: Int, at now: Int) {
        if let last { level = max(0, level - (now - last) * rates) }
        last = now
        level += cost * interval
        if level > capacity { isKept = false }
    }

    /// No window is looked at that began before.
    mutating func beginAnew() { level = 0 }
}
