import Auth
import Authentication
import Testing

@Suite("Refresh tokens")
struct RefreshTokenTests {
    @Test("a token is 256 random bits in 43 letters, and reads back")
    func form() {
        let token = RefreshToken()
        #expect(token.text.count == 43)
        #expect(RefreshToken(token.text) == token)
        #expect(RefreshToken() != token)
        #expect(token.hash.count == 32)
        #expect("\(token)" == "RefreshToken(…)")
    }

    @Test(
        "another form is none",
        arguments: ["", "x", String(repeating: "A", count: 44), String(repeating: "=", count: 43)])
    func malformed(text: String) {
        #expect(RefreshToken(text) == nil)
    }

    @Test("a token has no second spelling")
    func spelling() {
        let text = RefreshToken().text
        let others = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".filter { $0 != text.last }
        let accepted = others.compactMap { RefreshToken(text.dropLast() + String($0)) }
        // 43 letters hold 258 bits: the last letter has sixteen values that are canonical.
        #expect(accepted.count == 15)
        #expect(accepted.allSatisfy { $0.hash != RefreshToken(text)?.hash })
    }

    @Test("a sealed successor opens for its predecessor alone, and not when it was changed")
    func sealing() throws {
        let (token, successor) = (RefreshToken(), RefreshToken())
        let sealed = try token.seal(successor)
        #expect(token.open(sealed) == successor)
        #expect(try token.seal(successor) != sealed)
        #expect(successor.open(sealed) == nil)
        #expect(RefreshToken().open(sealed) == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(token.open(changed) == nil)
        }
        #expect(token.open([]) == nil)
        #expect(token.open(Array(sealed.dropLast())) == nil)
    }

    static let sealed: [UInt8] = [1, 2, 3]

    private func decision(
        isUnexpired: Bool = true, isAlive: Bool = true, sealed: [UInt8]? = Self.sealed, used: Duration? = nil
    ) -> RefreshDecision {
        .make(
            for: RefreshTokenState(
                standing: AccountStanding(userID: 1, role: .user, epoch: 0), sessionID: "s", isUnexpired: isUnexpired,
                isSessionAlive: isAlive, sealedSuccessor: sealed, successorUsedFor: used))
    }

    @Test("the successor is given again until it was used, and ten seconds after; then the session ends")
    func grace() {
        let again = RefreshDecision.answerAgain(sealedSuccessor: Self.sealed)
        #expect(decision() == again)
        #expect(decision(used: .zero) == again)
        #expect(decision(used: .seconds(10)) == again)
        #expect(decision(used: .milliseconds(10_001)) == .endSession)
        #expect(decision(used: .seconds(86_400)) == .endSession)
    }

    @Test("reuse is reuse also when the session has ended, so that an end that got half-way is completed")
    func endedSession() {
        #expect(decision(isAlive: false, used: .seconds(11)) == .endSession)
        #expect(decision(isAlive: false, used: .seconds(5)) == .refuse)
        #expect(decision(isAlive: false) == .refuse)
        #expect(decision(isAlive: false, sealed: nil) == .refuse)
    }

    @Test("an unknown or expired token is refused and ends nothing")
    func refused() {
        #expect(RefreshDecision.make(for: nil) == .refuse)
        #expect(decision(isUnexpired: false) == .refuse)
        #expect(decision(isUnexpired: false, used: .seconds(11)) == .refuse)
        #expect(decision(isUnexpired: false, sealed: nil) == .refuse)
    }

    @Test("a good token without a successor is tried again")
    func again() {
        #expect(decision(sealed: nil) == .tryAgain)
    }
}
