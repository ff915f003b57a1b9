/// What somebody types to show that he has the second factor.
package enum SecondFactorCode: Sendable, Equatable {
    /// Six digits of an authenticator app.
    case oneTime(String)
    case recovery(RecoveryCode)

    /// What is looked at at all, in characters.
    package static let givenLength = 1...64

    /// As it is typed, with the spaces that apps show between the digits; nil for what is neither by its form.
    package init?(_ text: String) {
        let digits = text.filter { $0 != " " }
        if digits.utf8.count == 6, digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) {
            self = .oneTime(digits)
        } else if let code = RecoveryCode(text) {
            self = .recovery(code)
        } else {
            return nil
        }
    }
}
