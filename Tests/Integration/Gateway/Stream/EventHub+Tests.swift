import Events
import Gateway

extension EventHub {
    static func id(_ number: UInt64) -> EventID { EventID(milliseconds: number, sequence: 0) }

    static func event(_ number: UInt64, user: Int = 1, size: Int = 0) -> StreamEvent {
        let padding = String(repeating: "x", count: size)
        return StreamEvent(
            id: id(number),
            event: UserEvent(
                userID: user, kind: .strategyChanged, data: Array(#"{"id":\#(number),"p":"\#(padding)"}"#.utf8)))
    }

    /// The stream is there, and its last entry is this.
    func begin(at number: UInt64 = 0) {
        receive(.beginning([], oldest: Self.id(number), newest: Self.id(number)))
    }

    /// Events of one user, with these numbers.
    func publish(_ numbers: ClosedRange<UInt64>, user: Int = 1, size: Int = 0) {
        let events = numbers.map { Self.event($0, user: user, size: size) }
        receive(.more(events, newest: Self.id(numbers.upperBound), isFull: false))
    }

    func publish(_ number: UInt64, user: Int = 1, size: Int = 0) { publish(number...number, user: user, size: size) }
}
