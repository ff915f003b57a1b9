package import APIContract

/// What a span that is recorded is known by: its trace and itself, in binary as OTLP carries them.
///
/// A span that is not recorded has none.
package struct SpanIdentity: Hashable, Sendable {
    /// The upper and the lower half of the trace's 128 bits; not both 0.
    package let traceHigh: UInt64
    package let traceLow: UInt64
    /// Not 0.
    package let span: UInt64

    package init(traceHigh: UInt64, traceLow: UInt64, span: UInt64) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
    }

    /// The span that a `traceparent` names; `nil` for one that is not sampled.
    package init?(_ context: TraceContext) {
        guard context.isSampled, let high = UInt64(context.traceID.prefix(16), radix: 16),
            let low = UInt64(context.traceID.suffix(16), radix: 16), let span = UInt64(context.spanID, radix: 16)
        else { return nil }
        self.init(traceHigh: high, traceLow: low, span: span)
    }

    /// The span that the value of a `traceparent` field names; `nil` for one that is malformed or not sampled, which is found
    /// out at its last digit where it is as most are.
    package init?(header: String) {
        let bytes = header.utf8
        if bytes.count == 55, let last = bytes.last, last == UInt8(ascii: "0") { return nil }
        guard let context = TraceContext(header: header) else { return nil }
        self.init(context)
    }

    /// Another span of the same trace.
    package func sibling() -> SpanIdentity {
        SpanIdentity(traceHigh: traceHigh, traceLow: traceLow, span: .random(in: 1 ... .max))
    }

    package var traceID: String { Hexadecimal.encode(Self.bytes(traceHigh) + Self.bytes(traceLow)) }

    package var spanID: String { Hexadecimal.encode(Self.bytes(span)) }

    /// The `traceparent` that makes whoever gets it a child of this span.
    package var header: String { "00-\(traceID)-\(spanID)-01" }

    /// In network byte order.
    static func bytes(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
}
