import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The value of `Date` (RFC 9110 §5.6.7), rendered once a second.
package final class DateHeader: Sendable {
    private let cached = Mutex<(second: Int, text: String)>((0, ""))

    package init() {}

    package var value: String {
        let now = time(nil)
        return cached.withLock { cached in
            if cached.second != now { cached = (now, Self.render(now)) }
            return cached.text
        }
    }

    /// - Parameter second: seconds since 1970.
    package static func render(_ second: Int) -> String {
        var second = time_t(second)
        var parts = tm()
        gmtime_r(&second, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let day = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return "\(day) \(parts.tm_year + 1900) \(clock) GMT"
    }
}
