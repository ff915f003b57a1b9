/// What a collector's answer means for the spans that were sent (OTLP 1, "OTLP/HTTP Response").
package enum ExportOutcome: Hashable, Sendable {
    case taken
    /// The same spans may be sent again, no sooner than the collector says.
    case retry(after: Duration?)
    /// It will never take them.
    case refused

    /// - Parameter retryAfter: the field `Retry-After` in seconds; a date in it counts as none.
    package init(status: UInt, retryAfter: String?) {
        self =
            switch status {
            case 200..<300: .taken
            case 429, 502, 503, 504:
                .retry(after: retryAfter.flatMap { Int($0) }.flatMap { $0 >= 0 ? .seconds($0) : nil })
            default: .refused
            }
    }
}
