/// A span that has ended, as it is exported.
package struct RecordedSpan: Sendable, Hashable {
    /// With the numbers of OTLP.
    package enum Kind: Int, Sendable, Hashable {
        case `internal` = 1
        case server = 2
        case client = 3
        case producer = 4
        case consumer = 5
    }

    package enum Value: Sendable, Hashable {
        case string(String)
        case integer(Int)
        case number(Double)
        case boolean(Bool)
    }

    /// Named as OpenTelemetry's semantic conventions do.
    package struct Attribute: Sendable, Hashable {
        package let name: String
        package let value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }

        package init(_ name: String, _ text: String) { self.init(name, .string(text)) }

        package init(_ name: String, _ number: Int) { self.init(name, .integer(number)) }
    }

    package let identity: SpanIdentity
    /// The span that caused it, which may be another process's; `nil` where the trace begins.
    package let parent: UInt64?
    package let name: String
    package let kind: Kind
    /// Nanoseconds since 1970.
    package let beganAt: UInt64
    package let endedAt: UInt64
    package var attributes: [Attribute]
    /// Whether what it stands for failed.
    package let isError: Bool
    /// The `tracestate` that came with the trace; empty where none did.
    package let traceState: String

    package init(
        _ identity: SpanIdentity, parent: UInt64?, name: String, kind: Kind, beganAt: UInt64, endedAt: UInt64,
        attributes: [Attribute], isError: Bool = false, traceState: String = ""
    ) {
        self.identity = identity
        self.parent = parent
        self.name = name
        self.kind = kind
        self.beganAt = beganAt
        self.endedAt = endedAt
        self.attributes = attributes
        self.isError = isError
        self.traceState = traceState
    }
}
