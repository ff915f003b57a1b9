/// The position of a request in a distributed trace (W3C Trace Context, level 1, header `traceparent`).
package struct TraceContext: Hashable, Sendable {
    package static let headerName = "traceparent"

    /// 32 lower-case hexadecimal digits, not all zero.
    package let traceID: String
    /// 16 lower-case hexadecimal digits, not all zero.
    package let spanID: String
    package let isSampled: Bool

    /// The context that a header carries; `nil` when it is malformed, and then a new trace begins.
    ///
    /// A version above 00 is read as far as version 00 goes, as the specification asks (§3.2.2).
    package init?(header: String) {
        let parts = header.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].utf8.count == 2, parts[0] != "ff", parts[0] != "00" || parts.count == 4,
            parts[1].utf8.count == 32, parts[2].utf8.count == 16, parts[3].utf8.count == 2,
            parts[0...3].allSatisfy({ Hexadecimal.isLowercase($0) }),
            parts[1].utf8.contains(where: { $0 != UInt8(ascii: "0") }),
            parts[2].utf8.contains(where: { $0 != UInt8(ascii: "0") }),
            let flags = UInt8(parts[3], radix: 16)
        else { return nil }
        self.init(traceID: String(parts[1]), spanID: String(parts[2]), isSampled: flags & 1 == 1)
    }

    package init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// A new trace, not sampled.
    package static func make() -> TraceContext {
        TraceContext(traceID: Hexadecimal.random(bytes: 16), spanID: Hexadecimal.random(bytes: 8), isSampled: false)
    }

    /// The same trace with a span of its own.
    package func child() -> TraceContext {
        TraceContext(traceID: traceID, spanID: Hexadecimal.random(bytes: 8), isSampled: isSampled)
    }

    package var header: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }
}
