import Auth
import Crypto
import Testing

@Suite("Recovery codes and keys of the second factor")
struct SecondFactorValuesTests {
    @Test("a recovery code is 80 random bits in four groups, and reads back however it is typed")
    func recoveryCode() {
        let code = RecoveryCode()
        #expect(code.text.split(separator: "-").map(\.count) == [4, 4, 4, 4])
        #expect(code != RecoveryCode() && code.hash.count == 32 && "\(code)" == "RecoveryCode(…)")
        for text in [
            code.text, code.text.lowercased(), code.text.replacing("-", with: ""), code.text.replacing("-", with: " "),
        ] {
            #expect(RecoveryCode(text) == code)
            #expect(SecondFactorCode(text) == .recovery(code))
        }
        #expect(RecoveryCode(String(code.text.dropLast())) == nil && RecoveryCode(code.text + "A") == nil)
    }

    @Test("what is typed is six digits, a recovery code, or nothing")
    func typed() {
        #expect(SecondFactorCode("123456") == .oneTime("123456"))
        #expect(SecondFactorCode(" 123 456") == .oneTime("123456"))
        for text in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123-456", "AAAA-AAAA-AAAA-AAA1"] {
            #expect(SecondFactorCode(text) == nil, "\(text)")
        }
    }

    @Test("what is sealed opens for its purpose and its owner alone, and not when it was changed")
    func sealing() throws {
        let keys = SecondFactorKeys(key: SymmetricKey(size: .bits256))
        let sealed = try keys.seal([1, 2, 3], for: .secret, context: "7")
        #expect(keys.open(sealed, for: .secret, context: "7") == [1, 2, 3])
        #expect(keys.open(sealed, for: .secret, context: "8") == nil)
        #expect(keys.open(sealed, for: .pendingLogin, context: "7") == nil)
        #expect(keys.open([], for: .secret, context: "7") == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(keys.open(changed, for: .secret, context: "7") == nil)
        }
        #expect(SecondFactorKeys(key: SymmetricKey(size: .bits256)).open(sealed, for: .secret, context: "7") == nil)
    }

    @Test("a key that is being replaced still opens, and seals nothing any more")
    func previousKey() throws {
        let (old, new) = (SymmetricKey(size: .bits256), SymmetricKey(size: .bits256))
        let both = SecondFactorKeys(key: new, previousKey: old)
        #expect(both.open(try SecondFactorKeys(key: old).seal([7], for: .secret), for: .secret) == [7])
        let sealed = try both.seal([7], for: .secret)
        #expect(SecondFactorKeys(key: new).open(sealed, for: .secret) == [7])
        #expect(SecondFactorKeys(key: old).open(sealed, for: .secret) == nil)
    }
}
