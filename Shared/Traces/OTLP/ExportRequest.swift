/// `ExportTraceServiceRequest` of OTLP 1 (opentelemetry-proto, `collector/trace/v1/trace_service.proto`), of one process.
///
/// Its few messages are written by hand: a generator and its runtime would be larger than all that is told of a span.
package enum ExportRequest {
    package static let mediaType = "application/x-protobuf"

    /// - Parameter resource: who recorded the spans.
    package static func encode(_ spans: [RecordedSpan], resource: [RecordedSpan.Attribute]) -> [UInt8] {
        var request = ProtobufWriter()
        request.write(1) { resourceSpans in
            resourceSpans.write(1) { message in
                for attribute in resource { write(attribute, as: 1, into: &message) }
            }
            resourceSpans.write(2) { scopeSpans in
                scopeSpans.write(1) { scope in scope.write(1, string: "cryptodesk") }
                for span in spans { scopeSpans.write(2) { write(span, into: &$0) } }
            }
        }
        return request.bytes
    }

    private static func write(_ span: RecordedSpan, into message: inout ProtobufWriter) {
        let identity = span.identity
        message.write(1, bytes: SpanIdentity.bytes(identity.traceHigh) + SpanIdentity.bytes(identity.traceLow))
        message.write(2, bytes: SpanIdentity.bytes(identity.span))
        if !span.traceState.isEmpty { message.write(3, string: span.traceState) }
        if let parent = span.parent { message.write(4, bytes: SpanIdentity.bytes(parent)) }
        message.write(5, string: span.name)
        message.write(6, varint: UInt64(span.kind.rawValue))
        message.write(7, fixed64: span.beganAt)
        message.write(8, fixed64: span.endedAt)
        for attribute in span.attributes { write(attribute, as: 9, into: &message) }
        if span.isError { message.write(15) { status in status.write(3, varint: 2) } }
        message.write(16, fixed32: 1)  // the W3C flags: sampled
    }

    private static func write(
        _ attribute: RecordedSpan.Attribute, as field: UInt64, into message: inout ProtobufWriter
    ) {
        message.write(field) { pair in
            pair.write(1, string: attribute.name)
            pair.write(2) { value in
                switch attribute.value {
                case .string(let text): value.write(1, string: text)
                case .boolean(let isTrue): value.write(2, varint: isTrue ? 1 : 0)
                case .integer(let number): value.write(3, varint: UInt64(bitPattern: Int64(number)))
                case .number(let number): value.write(4, fixed64: number.bitPattern)
                }
            }
        }
    }
}
