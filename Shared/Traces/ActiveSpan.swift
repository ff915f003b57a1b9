import Synchronization
package import Tracing

/// A span that is under way. Outside of a sampled trace it records nothing.
package final class ActiveSpan: Span {
    private struct State {
        var name: String
        var attributes = SpanAttributes()
        var isError = false
        var hasEnded = false
    }

    package let context: InstrumentationContext
    private let parent: SpanIdentity?
    private let kind: SpanKind
    private let beganAt: UInt64
    private let queue: SpanQueue
    private let state: Mutex<State>

    init(_ name: String, in context: InstrumentationContext, kind: SpanKind, beganAt: UInt64, queue: SpanQueue) {
        var own = context
        parent = context.span
        own.span = parent?.sibling()
        self.context = own
        self.kind = kind
        self.beganAt = beganAt
        self.queue = queue
        state = Mutex(State(name: name))
    }

    package var isRecording: Bool { parent != nil && !state.withLock { $0.hasEnded } }

    package var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }

    package func setStatus(_ status: SpanStatus) { state.withLock { $0.isError = status.code == .error } }

    /// The kind of an error, and never its text, which may repeat what a client sent.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        state.withLock { state in
            state.isError = true
            state.attributes["error.type"] = "\(type(of: error))"
            state.attributes.merge(attributes)
        }
    }

    /// Events are what logs are for, which carry the trace's id.
    package func addEvent(_ event: SpanEvent) {}

    package func addLink(_ link: SpanLink) {}

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard let parent, let identity = context.span else { return }
        let ended = state.withLock { state in
            defer { state.hasEnded = true }
            return state.hasEnded ? nil : state
        }
        guard let ended else { return }
        queue.record(
            RecordedSpan(
                identity, parent: parent.span, name: ended.name, kind: RecordedSpan.Kind(kind), beganAt: beganAt,
                endedAt: max(beganAt, instant().nanosecondsSinceEpoch), attributes: ended.attributes.recorded,
                isError: ended.isError))
    }
}

extension RecordedSpan.Kind {
    fileprivate init(_ kind: SpanKind) {
        self =
            switch kind {
            case .server: .server
            case .client: .client
            case .producer: .producer
            case .consumer: .consumer
            case .internal: .internal
            }
    }
}

extension SpanAttributes {
    /// By name; lists are left out.
    fileprivate var recorded: [RecordedSpan.Attribute] {
        var recorded: [RecordedSpan.Attribute] = []
        forEach { name, attribute in
            let value: RecordedSpan.Value? =
                switch attribute {
                case .string(let text): .string(text)
                case .int32(let number): .integer(Int(number))
                case .int64(let number): .integer(Int(number))
                case .double(let number): .number(number)
                case .bool(let isTrue): .boolean(isTrue)
                case .stringConvertible(let convertible): .string("\(convertible)")
                default: nil
                }
            if let value { recorded.append(.init(name, value)) }
        }
        return recorded.sorted { $0.name < $1.name }
    }
}
