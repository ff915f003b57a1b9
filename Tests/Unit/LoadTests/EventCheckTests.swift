import Load
import Testing

@Suite("events of a stream")
struct EventCheckTests {
    private func kind(_ message: String) -> EventCheck.Kind { EventCheck.kind(message.utf8, of: 7) }

    @Test("a change of this run tells when it was sent")
    func change() {
        let description = "Changed by a load test at 123456789012."
        #expect(
            kind(#"{"id":"1","type":"strategy.changed","data":{"user_id":7,"description":"\#(description)"}}"#)
                == .change(sent: 123_456_789_012))
    }

    @Test(
        "what others did is passed over",
        arguments: [
            #"{"id":"1","type":"strategy.changed","data":{"user_id":7,"description":"by hand"}}"#,
            #"{"id":"1","type":"strategy.changed","data":{"user_id":7,"description":null}}"#,
            #"{"id":"1","type":"strategy.created","data":{"user_id":7,"description":"Changed by a load test at 1."}}"#,
            #"{"id":"1","type":"strategy.deleted","data":{"id":3}}"#, #"{"type":"resync"}"#,
        ])
    func other(message: String) { #expect(kind(message) == .other) }

    @Test(
        "what is no event of this user is wrong",
        arguments: [
            "", "{}", "[]", #"{"id":"1","type":"strategy.changed"}"#,
            #"{"id":"1","type":"strategy.changed","data":{"user_id":8,"description":"Changed by a load test at 1."}}"#,
        ])
    func wrong(message: String) { #expect(kind(message) == .wrong) }
}
