import Events
import Redis
import Testing

@Suite("Events")
struct EventTests {
    @Test("ids are read strictly and compare as Redis orders them")
    func ids() {
        #expect(EventID("1732456789012-3") == EventID(milliseconds: 1_732_456_789_012, sequence: 3))
        #expect(EventID("18446744073709551615-0")?.milliseconds == .max)
        for text in ["", "-", "1", "1-", "-1", "1-2-3", "+1-2", " 1-2", "1-2 ", "18446744073709551616-0", "１-2"] {
            #expect(EventID(text) == nil, "\(text)")
        }
        let ordered = ["0-1", "0-2", "0-10", "1-0", "10-0"].compactMap { EventID($0) }
        #expect(ordered.sorted() == ordered && ordered.count == 5)
        #expect(ordered.map(\.description) == ["0-1", "0-2", "0-10", "1-0", "10-0"])
    }

    @Test("an event is read as it was appended")
    func entry() throws {
        let event = UserEvent(userID: 7, kind: .strategyCreated, data: Array(#"{"id":1,"name":"\#u{0}ä"}"#.utf8))
        let pending = PendingEvent(key: "k", userID: 7, kind: "strategy.created", data: event.data)
        let arguments = EventStream.arguments([pending], turn: 5, retained: 100)
        #expect(Array(arguments.prefix(3)) == [5, 100, "k"])
        let named = zip(["user", "type", "data"] as [RedisArgument], arguments.dropFirst(3)).flatMap { [$0, $1] }
        let fields = named.map { argument -> RedisReply in
            switch argument {
            case .string(let text): .string(Array(text.utf8))
            case .integer(let number): .string(Array(String(number).utf8))
            case .bytes(let bytes): .string(bytes)
            }
        }
        let read = try EventStream.read(entry: .array([.string(Array("5-1".utf8)), .array(fields)]))
        #expect(read.id == EventID(milliseconds: 5, sequence: 1) && read.event == event)
    }

    @Test("an entry that is no event is passed over, something else is an error")
    func others() throws {
        func text(_ text: String) -> RedisReply { .string(Array(text.utf8)) }
        let mark = try EventStream.read(entry: .array([text("5-1"), .array([text("start"), text("1")])]))
        #expect(mark.event == nil && mark.id.milliseconds == 5)
        let newer = try EventStream.read(
            entry: .array([
                text("5-1"),
                .array([text("user"), text("1"), text("type"), text("order.filled"), text("data"), text("{}")]),
            ]))
        #expect(newer.event == nil)
        for reply in [
            RedisReply.null, .integer(1), .array([]), .array([text("x"), .array([])]), .array([text("5-1")]),
        ] {
            #expect(throws: RedisError.self) { try EventStream.read(entry: reply) }
        }
    }
}
