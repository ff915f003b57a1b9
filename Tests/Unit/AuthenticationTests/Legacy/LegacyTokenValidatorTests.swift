import Authentication
import Crypto
import Testing

@Suite("What is accepted as a token of the application that is migrated from")
struct LegacyTokenValidatorTests {
    private static let secret = String(repeating: "monolith", count: 4)
    private static let bridgeSecret = String(repeating: "bridge-1", count: 4)

    private func keys() throws -> LegacyTokenKeys {
        try #require(LegacyTokenKeys(own: Array(Self.secret.utf8), bridge: Array(Self.bridgeSecret.utf8)))
    }

    /// As PyJWT and python-jose make it.
    private static func token() -> ForgedToken {
        var token = ForgedToken()
        token.header = [("alg", "\"HS256\""), ("typ", "\"JWT\"")]
        token.claims = [("sub", "\"Ann@example.com\""), ("exp", "\(ForgedToken.now + 3600)")]
        return token
    }

    private static func with(header name: String, _ value: String?) -> ForgedToken {
        var token = token()
        token.header.removeAll { $0.0 == name }
        if let value { token.header.append((name, value)) }
        return token
    }

    private static func with(_ name: String, _ value: String?) -> ForgedToken {
        var token = token()
        token.claims.removeAll { $0.0 == name }
        if let value { token.claims.append((name, value)) }
        return token
    }

    private func outcome(_ token: String, at now: Int = ForgedToken.now) throws -> LegacyToken? {
        let validator = LegacyTokenValidator(try keys())
        return try? validator.validate(token, now: now)
    }

    @Test("what such an application signs is read, its user's name letter by letter, and not a second too long")
    func good() throws {
        let token = Self.token().signedByHMAC(with: Self.secret)
        let expected = LegacyToken(subject: "Ann@example.com", expiresAt: ForgedToken.now + 3600)
        #expect(try outcome(token) == expected && LegacyTokenValidator.isMeant(by: token))
        #expect(try outcome(token, at: ForgedToken.now + 3599) == expected)
        #expect(try outcome(token, at: ForgedToken.now + 3600) == nil)
        #expect(try outcome(Self.with(header: "typ", nil).signedByHMAC(with: Self.secret)) == expected)
    }

    @Test(
        "another header is refused",
        arguments: [
            ("alg", nil), ("alg", "\"none\""), ("alg", "\"hs256\""), ("alg", "\"HS384\""), ("alg", "\"RS256\""),
            ("alg", "[\"HS256\"]"), ("typ", "\"at+jwt\""), ("typ", "1"), ("kid", "\"\""), ("kid", "null"),
            ("kid", "\"\(ForgedToken.key.publicKey.keyID)\""), ("kid", "\"\(BridgeTokenSigner.keyID)\""),
            ("crit", "[]"), ("b64", "false"),
        ] as [(String, String?)])
    func headers(name: String, value: String?) throws {
        #expect(try outcome(Self.with(header: name, value).signedByHMAC(with: Self.secret)) == nil)
    }

    @Test(
        "other claims are refused",
        arguments: [
            ("sub", nil), ("sub", "\"\""), ("sub", "7"), ("sub", "null"), ("sub", "\"a\\u0000\""), ("exp", nil),
            ("exp", "\"1900000000\""), ("exp", "1900000000.5"), ("exp", "-1"), ("aud", "\"cryptodesk-api\""),
            ("aud", "null"), ("nbf", "\(ForgedToken.now + 1)"), ("nbf", "\"1\""),
            ("sub", "\"\(String(repeating: "a", count: 255))\""),
        ] as [(String, String?)])
    func claims(name: String, value: String?) throws {
        #expect(try outcome(Self.with(name, value).signedByHMAC(with: Self.secret)) == nil)
    }

    @Test("our public key is no secret, nor is the bridge's, an empty one or none at all")
    func confusion() throws {
        let key = ForgedToken.key.publicKey
        let secrets = [Self.bridgeSecret, "", key.keyID, ForgedToken.key.pem, Self.secret + " "]
        for secret in secrets { #expect(try outcome(Self.token().signedByHMAC(with: secret)) == nil) }
        #expect(try outcome(Self.token().signingInput + ".") == nil)
        #expect(try outcome(Self.token().signed()) == nil)
        #expect(try outcome(try ForgedToken().signed()) == nil)
        #expect(!LegacyTokenValidator.isMeant(by: try ForgedToken().signed()))
    }

    @Test("a token of which one byte is another is refused")
    func everyByte() throws {
        let token = Array(Self.token().signedByHMAC(with: Self.secret).utf8)
        for index in token.indices where token[index] != UInt8(ascii: ".") {
            var changed = token
            changed[index] = token[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(try outcome(String(decoding: changed, as: UTF8.self)) == nil, "byte \(index)")
        }
    }

    @Test("what the bridge makes is signed with its own secret, and is no token for us, whoever brings it")
    func bridge() throws {
        let account = LegacyAccount(legacyUserID: 17, subject: "Ann \"A\"@example.com")
        let token = BridgeTokenSigner(try keys()).sign(account, now: ForgedToken.now)
        #expect(try outcome(token) == nil)
        let ours = AccessTokenValidator(issuer: ForgedToken.issuer, audience: ForgedToken.audience)
        #expect(throws: AuthenticationError.self) {
            try ours.validate(
                token, keys: JSONWebKeySet(keys: [ForgedToken.key.publicKey]), now: ForgedToken.now)
        }
        // With the keys the other way round it is one, were it not for the name of its key.
        let parts = token.split(separator: ".")
        let payload = String(decoding: try #require(Base64URL.decode(parts[1].utf8)), as: UTF8.self)
        #expect(
            payload
                == #"{"iss":"cryptodesk","sub":"Ann \"A\"@example.com","legacy_user_id":17,"iat":1800000000,"exp":1800000060}"#
        )
    }

    @Test("a secret that is too short, and one for both, are none")
    func secrets() {
        let (long, other) = (Array(Self.secret.utf8), Array(Self.bridgeSecret.utf8))
        #expect(LegacyTokenKeys(own: long, bridge: other) != nil)
        #expect(LegacyTokenKeys(own: long, bridge: long) == nil)
        #expect(LegacyTokenKeys(own: Array(long.dropLast()), bridge: other) == nil)
        #expect(LegacyTokenKeys(own: long, bridge: []) == nil)
        #expect(LegacyTokenKeys(own: long, bridge: other).map { "\($0)" } == "LegacyTokenKeys")
    }
}
