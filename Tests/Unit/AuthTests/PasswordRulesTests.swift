import APIContract
import Auth
import Testing

@Suite("Rules for new passwords")
struct PasswordRulesTests {
    private func broken(_ password: String, email: String = "alice@example.com", common: [String] = []) -> [String] {
        PasswordRules(common: CommonPasswords(common)).violations(of: password, email: email).map {
            $0.type.replacing("value_error.password.", with: "")
        }
    }

    @Test(
        "each broken rule is an item of its own",
        arguments: [
            ("Passw0rd", []), ("Pass w0rd", []), ("ÄÖÜäöü12", []), ("Пароль123", []), ("Passwor٣", []),
            ("Passw0r", ["too_short"]), ("", ["too_short", "uppercase", "digit"]),
            ("password", ["uppercase", "digit"]),
            ("PASSWORD", ["digit"]), ("passw0rd", ["uppercase"]), ("12345678", ["uppercase"]),
            ("密码密码密码密码", ["uppercase", "digit"]), ("Passw0rd\0", ["nul"]),
        ] as [(String, [String])])
    func rules(password: String, expected: [String]) {
        #expect(broken(password) == expected)
    }

    @Test("length counts characters up to 128, and bytes up to the 72 that bcrypt looks at")
    func length() {
        #expect(broken("A1" + String(repeating: "a", count: 70)) == [])
        #expect(broken("A1" + String(repeating: "a", count: 71)) == ["too_many_bytes"])
        #expect(broken("A1" + String(repeating: "a", count: 126)) == ["too_many_bytes"])
        #expect(broken("A1" + String(repeating: "a", count: 127)) == ["too_long", "too_many_bytes"])
        #expect(broken("A1" + String(repeating: "ä", count: 35)) == [])
        #expect(broken("A1" + String(repeating: "ä", count: 36)) == ["too_many_bytes"])
    }

    @Test("the e-mail's own name is no password, in whatever case")
    func email() {
        #expect(broken("Alice2026", email: "alice2026@example.com") == ["email"])
        #expect(broken("Alice2026@Example.com", email: "alice2026@example.com") == ["email"])
        #expect(broken("Alice2026x", email: "alice2026@example.com") == [])
        #expect(broken("Alice2026", email: "") == [])
    }

    @Test("a common password is refused in whatever case, beside the other rules that it breaks")
    func common() {
        let common = ["trustno1", "Password1", "ärger123"]
        for password in ["Trustno1", "TRUSTNO1", "Password1", "PassWord1", "Ärger123"] {
            #expect(broken(password, common: common) == ["common"], "\(password)")
            #expect(broken(password) == [], "\(password)")
        }
        #expect(broken("trustno1", common: common) == ["uppercase", "common"])
        for password in ["Trustno12", "xTrustno1", "Trustno 1"] { #expect(broken(password, common: common) == []) }
    }

    @Test("an item says where and what, and does not repeat the password")
    func item() {
        let items = PasswordRules().violations(of: "geheim", email: "")
        #expect(items.allSatisfy { $0.location == ["body", "password"] && !$0.message.contains("geheim") })
    }
}
