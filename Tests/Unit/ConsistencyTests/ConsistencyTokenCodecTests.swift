import Consistency
import Crypto
import Postgres
import Testing

@Suite("The text of a consistency token")
struct ConsistencyTokenCodecTests {
    private static let key = SymmetricKey(data: Array(repeating: 7 as UInt8, count: 32))
    private static let other = SymmetricKey(data: Array(repeating: 8 as UInt8, count: 32))
    private let codec = ConsistencyTokenCodec(key: key)

    private static func token(_ userID: Int, _ epoch: Int, _ number: Int) -> ConsistencyToken {
        ConsistencyToken(userID: userID, revision: Revision(epoch: epoch, number: number))
    }

    @Test(
        "what is written is read again",
        arguments: [
            token(1, 0, 0), token(17, 1, 1), token(127, 128, 16_383), token(.max, .max, .max),
            token(1 << 32, 3, 1 << 50),
        ])
    func roundTrip(token: ConsistencyToken) throws {
        let text = codec.encode(token)
        #expect(try #require(codec.decode(text)).token == token)
        #expect(
            text.utf8.allSatisfy {
                ("a"..."z").contains(Character(UnicodeScalar($0)).lowercased()) || "0123456789-_".utf8.contains($0)
            })
    }

    @Test("an everyday token is short, and one content has one text")
    func length() {
        let text = codec.encode(Self.token(123_456, 2, 4_711))
        #expect(text.count <= 34)
        #expect(text == codec.encode(Self.token(123_456, 2, 4_711)))
        // Of a fixed key: a text that clients keep must still be read by a later release.
        #expect(text == "AQLAxAfnJIGqi2PRcCfWSzGXP-pkcis")
    }

    @Test("no bit can be changed, nothing cut off or added")
    func forged() throws {
        let text = codec.encode(Self.token(17, 1, 300))
        let letters = Array(text)
        for position in letters.indices {
            for letter in "AZaz09-_" where letter != letters[position] {
                var forged = letters
                forged[position] = letter
                #expect(codec.decode(String(forged)) == nil)
            }
            #expect(codec.decode(String(letters[..<position])) == nil)
        }
        for rubbish in [
            text + "A", text + "=", " " + text, "", "é", String(repeating: "A", count: 100_000), "1:17:1:300",
        ] {
            #expect(codec.decode(rubbish) == nil)
        }
    }

    @Test("another key's token is none, unless that key is the one before")
    func rotation() throws {
        let token = Self.token(17, 1, 3)
        let old = ConsistencyTokenCodec(key: Self.other)
        #expect(codec.decode(old.encode(token)) == nil)
        let rotated = ConsistencyTokenCodec(key: Self.key, previousKey: Self.other)
        let decoded = try #require(rotated.decode(old.encode(token)))
        #expect(decoded.token == token && !decoded.isOfCurrentKey)
        #expect(try #require(rotated.decode(codec.encode(token))).isOfCurrentKey)
        #expect(rotated.encode(token) == codec.encode(token))
    }
}
