import Authentication
import CryptoExtras
import Testing

@Suite("What is accepted as an access token")
struct AccessTokenValidatorTests {
    let keys = JSONWebKeySet(keys: [ForgedToken.key.publicKey])
    let validator = AccessTokenValidator(issuer: ForgedToken.issuer, audience: ForgedToken.audience)

    private func outcome(_ token: String, at now: Int = ForgedToken.now) -> AccessTokenValidator.Outcome? {
        try? validator.validate(token, keys: keys, now: now)
    }

    private func isAccepted(_ token: String, at now: Int = ForgedToken.now) -> Bool {
        if case .valid = outcome(token, at: now) { true } else { false }
    }

    static let claims = AccessToken(
        userID: 7, tokenID: "token-1", sessionID: "session-1", epoch: 3, role: .user, issuedAt: ForgedToken.now,
        expiresAt: ForgedToken.now + 900)

    @Test("what the signer signs is read back as it was")
    func roundTrip() async throws {
        let signer = AccessTokenSigner(
            keys: try SigningKeySet(keys: [ForgedToken.foreignKey, ForgedToken.key]), issuer: ForgedToken.issuer,
            audience: ForgedToken.audience)
        let token = try await signer.sign(Self.claims)
        #expect(outcome(token) == .valid(Self.claims))
        #expect(outcome(try ForgedToken().signed()) == .valid(Self.claims))
    }

    @Test("an audience among several, and typ in any letter case, are accepted")
    func variants() throws {
        #expect(isAccepted(try ForgedToken.with("aud", "[\"other\",\"cryptodesk-api\"]").signed()))
        #expect(isAccepted(try ForgedToken.with(header: "typ", "\"AT+JWT\"").signed()))
    }

    @Test(
        "another header is refused",
        arguments: [
            ("alg", nil), ("alg", "\"none\""), ("alg", "\"None\""), ("alg", "\"HS256\""), ("alg", "\"RS384\""),
            ("alg", "\"PS256\""), ("alg", "\"rs256\""), ("alg", "null"), ("alg", "[\"RS256\"]"), ("typ", nil),
            ("typ", "\"JWT\""), ("typ", "\"rt+jwt\""), ("typ", "1"), ("kid", nil), ("kid", "null"), ("kid", "\"\""),
            ("kid", "\"../../etc/passwd\""), ("crit", "[\"exp\"]"), ("crit", "[]"), ("b64", "false"),
        ] as [(String, String?)])
    func headers(name: String, value: String?) throws {
        #expect(outcome(try ForgedToken.with(header: name, value).signed()) == nil)
    }

    @Test(
        "other claims are refused",
        arguments: [
            ("iss", nil), ("iss", "\"evil\""), ("iss", "\"cryptodesk \""), ("iss", "[\"cryptodesk\"]"), ("aud", nil),
            ("aud", "\"other\""), ("aud", "[]"), ("aud", "[\"other\"]"), ("aud", "{}"), ("exp", nil), ("exp", "null"),
            ("exp", "\"1900000000\""), ("exp", "1e18"), ("exp", "1800000900.5"), ("exp", "-1"), ("iat", nil),
            ("iat", "\"1\""), ("sub", nil), ("sub", "7"), ("sub", "\"07\""), ("sub", "\"+7\""), ("sub", "\"0\""),
            ("sub", "\"-7\""), ("sub", "\"7 \""), ("sub", "\"99999999999999999999\""), ("jti", nil), ("jti", "\"\""),
            ("jti", "\"a b\""), ("jti", "\"a\\r\\nb\""), ("jti", "\"a:b\""), ("jti", "\"ü\""), ("sid", nil),
            ("sid", "1"), ("ep", nil), ("ep", "-1"), ("ep", "\"3\""), ("role", nil), ("role", "\"root\""),
            ("role", "[\"admin\"]"),
        ] as [(String, String?)])
    func claims(name: String, value: String?) throws {
        #expect(outcome(try ForgedToken.with(name, value).signed()) == nil)
    }

    @Test("a token ends in the second it names")
    func expiry() throws {
        let token = try ForgedToken().signed()
        #expect(isAccepted(token, at: ForgedToken.now + 899))
        #expect(!isAccepted(token, at: ForgedToken.now + 900))
        #expect(!isAccepted(token, at: ForgedToken.now + 901))
    }

    @Test("a token of the future is refused, but for half a minute of clock skew", arguments: ["iat", "nbf"])
    func future(name: String) throws {
        #expect(isAccepted(try ForgedToken.with(name, "\(ForgedToken.now + 30)").signed()))
        #expect(!isAccepted(try ForgedToken.with(name, "\(ForgedToken.now + 31)").signed()))
        #expect(!isAccepted(try ForgedToken.with("nbf", "\"soon\"").signed()))
    }

    @Test("without a signature, or with an empty one, nothing is believed")
    func unsigned() throws {
        let input = ForgedToken().signingInput
        #expect(outcome(input) == nil)
        #expect(outcome(input + ".") == nil)
        let none = ForgedToken.with(header: "alg", "\"none\"").signingInput
        #expect(outcome(none + ".") == nil)
    }

    @Test("the public key is no HMAC secret")
    func confusion() throws {
        let rsa = try _RSA.Signing.PrivateKey(pemRepresentation: ForgedToken.key.pem)
        for secret in [rsa.publicKey.pemRepresentation, keys.document, ForgedToken.key.publicKey.jsonWebKey] {
            #expect(outcome(ForgedToken.with(header: "alg", "\"HS256\"").signedByHMAC(with: secret)) == nil)
            #expect(outcome(ForgedToken().signedByHMAC(with: secret)) == nil)
        }
    }

    @Test("PSS is not RS256")
    func padding() throws {
        #expect(outcome(try ForgedToken().signedWithPSS()) == nil)
    }

    @Test("another key's signature under our kid is refused, and another kid is unknown")
    func foreignKeys() throws {
        #expect(outcome(try ForgedToken().signed(by: ForgedToken.foreignKey)) == nil)
        let kid = ForgedToken.foreignKey.publicKey.keyID
        let token = try ForgedToken.with(header: "kid", "\"\(kid)\"").signed(by: ForgedToken.foreignKey)
        #expect(outcome(token) == .unknownKey(kid))
    }

    @Test("a token cannot bring its own key", arguments: ["jku", "x5u", "jwk", "x5c"])
    func embeddedKeys(name: String) throws {
        let foreign = ForgedToken.foreignKey.publicKey.jsonWebKey
        let value = name == "jwk" ? foreign : name == "x5c" ? "[\"MIIB\"]" : "\"http://127.0.0.1:1/keys\""
        #expect(outcome(try ForgedToken.with(header: name, value).signed(by: ForgedToken.foreignKey)) == nil)
        #expect(isAccepted(try ForgedToken.with(header: name, value).signed()))
    }

    @Test("a member that occurs twice is refused")
    func duplicates() throws {
        var token = ForgedToken()
        token.header.append(("alg", "\"RS256\""))
        #expect(outcome(try token.signed()) == nil)
        token = ForgedToken()
        token.claims.append(("exp", "\(ForgedToken.now + 900)"))
        #expect(outcome(try token.signed()) == nil)
    }

    @Test("each byte of the token matters")
    func everyByte() throws {
        let token = Array(try ForgedToken().signed().utf8)
        for index in token.indices where token[index] != UInt8(ascii: ".") {
            var changed = token
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(!isAccepted(String(decoding: changed, as: UTF8.self)), "byte \(index)")
        }
    }

    @Test("a valid token has no second spelling")
    func spellings() throws {
        let token = try ForgedToken().signed()
        let parts = token.split(separator: ".").map(String.init)
        for other in [
            token + "=", token + "==", token + ".", "." + token, token + " ", " " + token, token + "\n", token + ".x",
            token + "A", parts[0] + "=." + parts[1] + "." + parts[2], parts.joined(separator: ".."),
            token.replacing("-", with: "+").replacing("_", with: "/") + "#",
        ] {
            #expect(!isAccepted(other))
        }
        // A 2048-bit signature ends in a letter of which four bits count: fifteen other letters decode the same
        // where a decoder does not look.
        let last = token.utf8.last.map { Character(Unicode.Scalar($0)) }
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        #expect(alphabet.filter { $0 != last && isAccepted(token.dropLast() + String($0)) }.isEmpty)
    }

    @Test("nonsense of every size is refused", arguments: 0..<12)
    func nonsense(size: Int) {
        for filler in ["A", ".", "é", "\0", "{", "eyJhbGciOiJSUzI1NiJ9."] {
            #expect(outcome(String(repeating: filler, count: 1 << size)) == nil)
        }
    }

    @Test("a token over 8 KB is refused whatever it says")
    func length() throws {
        let padding = String(repeating: "x", count: 8192)
        #expect(outcome(try ForgedToken.with("note", "\"\(padding)\"").signed()) == nil)
        #expect(isAccepted(try ForgedToken.with("note", "\"\(padding.prefix(4000))\"").signed()))
    }

    @Test("deeply nested claims are refused")
    func depth() throws {
        let deep = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        #expect(outcome(try ForgedToken.with("note", deep).signed()) == nil)
    }
}
