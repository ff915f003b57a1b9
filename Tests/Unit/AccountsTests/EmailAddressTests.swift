import Accounts
import Testing

@Suite("E-mail addresses")
struct EmailAddressTests {
    @Test(
        "addresses as people have them",
        arguments: [
            "a@b.co", "Alice.Smith+tag@Example.COM", "o'brien@mail.example.org", "x_y-z@a-b.example", "1@2.example",
            "a@xn--bcher-kva.example",
        ])
    func accepted(text: String) {
        #expect(EmailAddress(text)?.text == text)
        #expect(EmailAddress(text)?.key == text.lowercased())
    }

    @Test(
        "anything else",
        arguments: [
            "", "@", "a", "a@", "@b.co", "a@b", "a@b@c.co", "a b@c.co", " a@b.co", "a@b.co ", "a@b.co\n", ".a@b.co",
            "a.@b.co", "a..b@c.co", "a@.co", "a@b.", "a@b..co", "a@-b.co", "a@b-.co", "a@b.12", "a@1.2.3.4",
            "a@[127.0.0.1]", "\"a b\"@c.co", "ü@b.co", "a@bücher.de", "\u{212A}@b.co", "a\0@b.co", "a,b@c.co",
            "a@b.co,c@d.co", "<a@b.co>", String(repeating: "a", count: 65) + "@b.co",
            "a@" + String(repeating: "b", count: 64) + ".co",
            "a@" + String(repeating: "bbbbbbbbb.", count: 25) + "example",
        ])
    func refused(text: String) {
        #expect(EmailAddress(text) == nil)
    }
}
