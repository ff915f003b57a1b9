import Authentication
import Testing

@Suite("The form of API keys")
struct APIKeyTests {
    @Test("a new key is read back as it was, and no two are the same")
    func roundTrip() {
        let keys = (0..<100).map { _ in APIKey() }
        #expect(Set(keys.map(\.text)).count == 100)
        for key in keys {
            #expect(APIKey(key.text) == key)
            #expect(key.text.hasPrefix("cdk_") && key.text.utf8.count == 53)
            #expect(APIKey.isMeant(by: key.text))
        }
    }

    @Test("each letter matters: none can be another one, be left out, doubled, or change its place with the next")
    func slips() {
        let key = Array(APIKey().text)
        for index in 4..<key.count {
            for letter in "0Aaz" where letter != key[index] {
                var changed = key
                changed[index] = letter
                #expect(APIKey(String(changed)) == nil, "another letter at \(index)")
            }
            #expect(APIKey(String(key[..<index] + key[(index + 1)...])) == nil, "without the letter at \(index)")
            #expect(APIKey(String(key[...index] + key[index...])) == nil, "the letter at \(index) twice")
            if index + 1 < key.count, key[index] != key[index + 1] {
                var changed = key
                changed.swapAt(index, index + 1)
                #expect(APIKey(String(changed)) == nil, "the letters at \(index) swapped")
            }
        }
    }

    @Test("what is something else is no key", arguments: ["", "cdk_", "cdk_x", "CDK_", "a.b.c", "cdk-"])
    func others(text: String) {
        #expect(APIKey(text) == nil)
        let key = APIKey().text
        for other in [text + key, key + text, key + " ", " " + key, key.uppercased()] where other != key {
            #expect(APIKey(other) == nil)
        }
    }

    @Test("the checksum is CRC-32 in base 62: keys of another version of us stay good")
    func checksum() {
        // zlib.crc32(b"A" * 43) is 204167558, zlib.crc32(b"0" * 43) is 2018072207; in six digits of 0-9A-Za-z.
        #expect(APIKey("cdk_" + String(repeating: "A", count: 43) + Self.ofA) != nil)
        #expect(APIKey("cdk_" + String(repeating: "0", count: 43) + Self.ofZero) != nil)
    }

    private static let ofA = "0DofJ8"
    private static let ofZero = "2CZclj"

    @Test("neither a description nor the prefix tells the secret")
    func secrecy() {
        let key = APIKey()
        #expect(!"\(key)".contains(key.text) && key.shownPrefix.utf8.count == 12)
    }
}
