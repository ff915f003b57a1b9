import Settings

/// A rate with a burst, such as `100/s burst 200`.
package struct RateLimit: Sendable, Hashable {
    /// Requests that may come at once after a quiet time.
    package let burst: Int
    /// Microseconds that one request uses up; rounded up, so that rounding never admits more than the rate.
    package let emissionInterval: Int
    private let text: String

    /// Seconds after which a used-up burst is whole again; the window that `RateLimit-Policy` names.
    package var window: Int { (burst * emissionInterval + 999_999) / 1_000_000 }

    /// - Parameters:
    ///   - count: requests in each period, at least 1.
    ///   - period: in microseconds.
    ///   - burst: at least 1; `count` when nothing else is said.
    package init?(_ count: Int, per period: Int, burst: Int) {
        guard count >= 1, count <= period, burst >= 1, burst <= 1_000_000 else { return nil }
        let interval = (period + count - 1) / count
        // Arrival times are microseconds since 1970 in Lua's doubles, which are exact up to 2^53: 1.7e15 is now.
        guard burst * interval <= 1_000_000_000_000_000 else { return nil }
        self.burst = burst
        self.emissionInterval = interval
        let unit = Self.units.first { $0.microseconds == period }?.name ?? "s"
        self.text = "\(count)/\(unit) burst \(burst)"
    }

    /// The part of one of several processes that count by themselves: the rate and the burst divided.
    ///
    /// - Parameter cost: a request that counts for so much must fit into the burst.
    package func share(among gateways: Int, atLeast cost: Int = 1) -> RateLimit {
        guard gateways > 1 else { return self }
        return RateLimit(
            burst: max(1, cost, burst / gateways), emissionInterval: emissionInterval * gateways,
            text: "\(text) divided by \(gateways)")
    }

    private init(burst: Int, emissionInterval: Int, text: String) {
        self.burst = burst
        self.emissionInterval = emissionInterval
        self.text = text
    }

    /// What holds for tokens that turn out to be none where the configuration does not say: `50/s burst 100`.
    package static let usualFailedAuthentications = RateLimit(
        burst: 100, emissionInterval: 20_000, text: "50/s burst 100")

    private static let units: [(name: String, microseconds: Int)] = [
        ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000),
    ]
}

extension RateLimit: SettingValue {
    package static var typeName: String { "rate" }

    /// Reads `COUNT/UNIT` or `COUNT/UNIT burst COUNT`, where the unit is `s`, `m`, `h` or `d`.
    package init?(settingText: String) {
        let words = settingText.split(separator: " ")
        guard words.count == 1 || words.count == 3 && words[1] == "burst" else { return nil }
        let rate = words[0].split(separator: "/", omittingEmptySubsequences: false)
        guard rate.count == 2, let count = Int(rate[0]),
            let unit = Self.units.first(where: { $0.name == rate[1] }),
            let burst = words.count == 3 ? Int(words[2]) : count
        else { return nil }
        self.init(count, per: unit.microseconds, burst: burst)
    }

    package var settingText: String { text }
}
