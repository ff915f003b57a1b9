import Testing
import Traces

@Suite("OTLP's export request")
struct ExportRequestTests {
    private static func span(_ attributes: [RecordedSpan.Attribute] = [], isError: Bool = false) -> RecordedSpan {
        RecordedSpan(
            SpanIdentity(traceHigh: 1, traceLow: 2, span: 3), parent: 4, name: "n", kind: .client, beganAt: 5,
            endedAt: 6,
            attributes: attributes, isError: isError)
    }

    /// Written down by hand after opentelemetry-proto's `trace.proto`.
    @Test("a span is written field by field as the schema numbers them")
    func bytes() {
        let trace: [UInt8] = [0x0A, 16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]
        let ids: [UInt8] = [0x12, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0x22, 8, 0, 0, 0, 0, 0, 0, 0, 4]
        let rest: [UInt8] = [0x2A, 1, 0x6E, 0x30, 3, 0x39, 5, 0, 0, 0, 0, 0, 0, 0, 0x41, 6, 0, 0, 0, 0, 0, 0, 0]
        let flags: [UInt8] = [0x85, 0x01, 1, 0, 0, 0]
        let span = trace + ids + rest + flags
        let scope: [UInt8] = [0x0A, 12, 0x0A, 10] + Array("cryptodesk".utf8)
        let scopeSpans = scope + [0x12, UInt8(span.count)] + span
        let resourceSpans = [0x0A, 0, 0x12, UInt8(scopeSpans.count)] + scopeSpans
        #expect(
            ExportRequest.encode([Self.span()], resource: []) == [0x0A, UInt8(resourceSpans.count)] + resourceSpans)
    }

    @Test("an error has a status, and attributes of each type have their value")
    func values() {
        let plain = ExportRequest.encode([Self.span()], resource: [])
        let failed = ExportRequest.encode([Self.span(isError: true)], resource: [])
        #expect(failed.count == plain.count + 4)
        #expect(contains(failed, [0x7A, 2, 0x18, 2]) && !contains(plain, [0x7A, 2, 0x18, 2]))
        func encoded(_ value: RecordedSpan.Value) -> [UInt8] {
            ExportRequest.encode([Self.span([.init("k", value)])], resource: [])
        }
        #expect(contains(encoded(.string("v")), [0x0A, 1, 0x6B, 0x12, 3, 0x0A, 1, 0x76]))
        #expect(contains(encoded(.boolean(true)), [0x12, 2, 0x10, 1]))
        #expect(contains(encoded(.integer(300)), [0x12, 3, 0x18, 0xAC, 0x02]))
        #expect(contains(encoded(.integer(-1)), [0x12, 11, 0x18] + Array(repeating: 0xFF, count: 9) + [1]))
        #expect(contains(encoded(.number(1)), [0x12, 9, 0x21, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]))
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: part) }
    }
}
