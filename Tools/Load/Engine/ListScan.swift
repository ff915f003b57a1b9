/// Looks a list of strategies over without making values of it: a load test that parsed every list would measure its parser.
package enum ListScan {
    /// How many objects the JSON array has, each with exactly one member `user_id` that is this user's id.
    ///
    /// - Returns: `nil` when the text is no array of objects, or holds what is another user's.
    package static func count(_ text: UnsafeRawBufferPointer, of userID: Int) -> Int? {
        var scan = Scan(text: text, userID: userID)
        return scan.run()
    }

    private struct Scan {
        let text: UnsafeRawBufferPointer
        let userID: Int
        private var place = 0
        private var depth = 0
        private var objects = 0
        private var owners = 0
        /// Whether a string at this place is a member's name.
        private var expectsName = false

        init(text: UnsafeRawBufferPointer, userID: Int) {
            self.text = text
            self.userID = userID
        }

        mutating func run() -> Int? {
            guard text.first == UInt8(ascii: "[") else { return nil }
            while place < text.count {
                let byte = text[place]
                switch byte {
                case UInt8(ascii: "\""):
                    guard let string = string() else { return nil }
                    // A string right in the array is no strategy.
                    if depth < 2 { return nil }
                    if depth == 2, expectsName, isOwner(string) {
                        guard owner() else { return nil }
                        owners += 1
                    }
                    expectsName = false
                    continue
                case UInt8(ascii: "{"):
                    depth += 1
                    if depth == 1 { return nil }
                    if depth == 2 { objects += 1 }
                    expectsName = true
                case UInt8(ascii: "["):
                    depth += 1
                    if depth == 2 { return nil }
                    expectsName = false
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    if depth == 0 { return isEnd() && owners == objects ? objects : nil }
                    if depth == 1, owners != objects { return nil }
                case UInt8(ascii: ","): expectsName = true
                default:
                    // Nor is a number or a word.
                    if depth == 1, byte > 0x20 { return nil }
                }
                place += 1
            }
            return nil
        }

        /// The string that begins here, without its quotation marks; the place is then behind it.
        private mutating func string() -> Range<Int>? {
            let start = place + 1
            place = start
            while place < text.count {
                switch text[place] {
                case UInt8(ascii: "\""):
                    place += 1
                    return start..<place - 1
                case UInt8(ascii: "\\"): place += 2
                default: place += 1
                }
            }
            return nil
        }

        private func isOwner(_ name: Range<Int>) -> Bool {
            let wanted: StaticString = "user_id"
            guard name.count == wanted.utf8CodeUnitCount else { return false }
            return wanted.withUTF8Buffer { $0.elementsEqual(text[name]) }
        }

        /// Whether a colon and the user's id come here.
        private mutating func owner() -> Bool {
            while place < text.count, text[place] == UInt8(ascii: ":") || text[place] == 0x20 { place += 1 }
            var (id, digits) = (0, 0)
            while place < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[place]), digits < 18 {
                id = id * 10 + Int(text[place] - UInt8(ascii: "0"))
                digits += 1
                place += 1
            }
            guard digits > 0, place < text.count else { return false }
            let next = text[place]
            let ends = next == UInt8(ascii: ",") || next == UInt8(ascii: "}") || next <= 0x20
            return ends && id == userID
        }

        /// Whether only white space comes after the array's end.
        private func isEnd() -> Bool { text[(place + 1)...].allSatisfy { $0 <= 0x20 } }
    }
}
