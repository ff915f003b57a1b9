import Authentication
import Testing

@Suite("The scopes of an access token")
struct AccessScopeTests {
    private let keys = JSONWebKeySet(keys: [ForgedToken.key.publicKey])
    private let validator = AccessTokenValidator(issuer: ForgedToken.issuer, audience: ForgedToken.audience)

    private func token(_ claim: String?) throws -> AccessToken? {
        let text = try ForgedToken.with("scope", claim).signed()
        guard case .valid(let token)? = try? validator.validate(text, keys: keys, now: ForgedToken.now) else {
            return nil
        }
        return token
    }

    @Test("scopes that are signed are read back as they were")
    func roundTrip() async throws {
        let signer = AccessTokenSigner(
            keys: try SigningKeySet(keys: [ForgedToken.key]), issuer: ForgedToken.issuer,
            audience: ForgedToken.audience)
        for scopes: Set<AccessScope>? in [nil, [.readStrategies], [.readStrategies, .writeStrategies], []] {
            var claims = AccessTokenValidatorTests.claims
            claims.scopes = scopes
            let text = try await signer.sign(claims)
            #expect(try validator.validate(text, keys: keys, now: ForgedToken.now) == .valid(claims))
        }
    }

    @Test("a token without the claim reaches everything, one with it never does")
    func reach() throws {
        let session = try #require(try token(nil))
        #expect(session.permits(nil, changing: true) && session.permits(.strategies, changing: true))
        let reader = try #require(try token("\"strategies:read\""))
        #expect(reader.permits(.strategies, changing: false) && !reader.permits(.strategies, changing: true))
        let writer = try #require(try token("\"strategies:write strategies:write\""))
        #expect(!writer.permits(.strategies, changing: false) && writer.permits(.strategies, changing: true))
        for claim in ["\"\"", "\" \"", "\"admin\"", "\"STRATEGIES:READ\"", "\"strategies:read,strategies:write\""] {
            let other = try #require(try token(claim))
            #expect(!other.permits(.strategies, changing: false) && !other.permits(.strategies, changing: true))
        }
        for token in [reader, writer] { #expect(!token.permits(nil, changing: false)) }
    }

    @Test("a claim of another form makes no token", arguments: ["null", "1", "[\"strategies:read\"]", "{}", "true"])
    func malformed(claim: String) throws {
        #expect(try token(claim) == nil)
    }
}
