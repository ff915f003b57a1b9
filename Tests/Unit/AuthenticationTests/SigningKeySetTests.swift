import Authentication
import Testing

@Suite("Which key signs, and which are published")
struct SigningKeySetTests {
    private static let start = ForgedToken.now
    private static let lifetime = 900

    /// The first has signed from the beginning, the second signs from `start` on, the third an hour later.
    private func keys() throws -> SigningKeySet {
        try SigningKeySet([
            .init(name: SigningKeyName(number: 3, signsFrom: Self.start + 3600), key: Self.third),
            .init(name: SigningKeyName(number: 1), key: ForgedToken.key),
            .init(name: SigningKeyName(number: 2, signsFrom: Self.start), key: ForgedToken.foreignKey),
        ])
    }

    private static let third: SigningKey = {
        guard let key = try? SigningKey.generate() else { preconditionFailure("an RSA key can be made") }
        return key
    }()

    private static let ids = [ForgedToken.key, ForgedToken.foreignKey, third].map(\.publicKey.keyID)

    @Test(
        "the key signs whose time has come last; the one before verifies until its last token has expired, and a minute more",
        arguments: [
            (-1, 0, [0, 1, 2]), (0, 1, [0, 1, 2]), (lifetime + 59, 1, [0, 1, 2]), (lifetime + 60, 1, [1, 2]),
            (3599, 1, [1, 2]), (3600, 2, [1, 2]), (3600 + lifetime + 59, 2, [1, 2]), (3600 + lifetime + 60, 2, [2]),
            (10_000_000, 2, [2]),
        ] as [(Int, Int, [Int])])
    func times(after: Int, signer: Int, published: [Int]) throws {
        let (keys, now) = (try keys(), Self.start + after)
        #expect(keys.signer(at: now).publicKey.keyID == Self.ids[signer])
        let ids = keys.published(at: now, tokenLifetime: Self.lifetime).keyIDs
        #expect(ids == Set(published.map { Self.ids[$0] }))
    }

    @Test("a token is good to its last second, whenever it was signed")
    func everyToken() throws {
        let keys = try keys()
        for issuedAt in stride(from: Self.start - 2000, through: Self.start + 8000, by: 7) {
            let id = keys.signer(at: issuedAt).publicKey.keyID
            for time in [issuedAt, issuedAt + Self.lifetime] {
                #expect(keys.published(at: time, tokenLifetime: Self.lifetime)[id] != nil)
            }
        }
    }

    @Test("the signer takes the key of the token's own time")
    func signer() async throws {
        let signer = AccessTokenSigner(keys: try keys(), issuer: ForgedToken.issuer, audience: ForgedToken.audience)
        let validator = AccessTokenValidator(issuer: ForgedToken.issuer, audience: ForgedToken.audience)
        for (index, issuedAt) in [Self.start - 1, Self.start, Self.start + 3600].enumerated() {
            let token = try await signer.sign(
                AccessToken(
                    userID: 1, tokenID: "t", sessionID: "s", epoch: 0, role: .user, issuedAt: issuedAt,
                    expiresAt: issuedAt + 900))
            for (other, key) in [ForgedToken.key, ForgedToken.foreignKey, Self.third].enumerated() {
                let outcome = try validator.validate(token, keys: JSONWebKeySet(keys: [key.publicKey]), now: issuedAt)
                #expect((outcome == .unknownKey(Self.ids[index])) == (index != other))
            }
        }
    }

    @Test("without times the last by name signs, and all are published")
    func untimed() throws {
        let keys = try SigningKeySet(keys: [ForgedToken.key, ForgedToken.foreignKey])
        #expect(keys.signer(at: Self.start).publicKey.keyID == Self.ids[1])
        #expect(keys.published(at: Self.start, tokenLifetime: 1).keyIDs == Set(Self.ids.prefix(2)))
    }

    @Test("a key whose time is yet to come signs when there is no other")
    func early() throws {
        let name = SigningKeyName(number: 1, signsFrom: Self.start)
        let keys = try SigningKeySet([.init(name: name, key: ForgedToken.key)])
        #expect(keys.signer(at: Self.start - 100).publicKey.keyID == Self.ids[0])
    }

    @Test("a file's name tells when its key signs, and another form is refused")
    func names() {
        #expect(SigningKeyName(number: 2, signsFrom: 1_800_000_000).file == "0002.20270115T080000Z.pem")
        #expect(SigningKeyName(file: "0002.20270115T080000Z.pem")?.signsFrom == 1_800_000_000)
        #expect(SigningKeyName(file: "2026-11.pem") != nil && SigningKeyName(file: "2026-11.pem")?.signsFrom == nil)
        for name in [
            "0002.soon.pem", "0002.20270115.pem", "0002.20270115T080000.pem", "0002.20271315T080000Z.pem", ".pem",
            "0002.2027-01-15T08:00:00Z.pem", "a.b.20270115T080000Z.pem", "0002.20270115T080000Z", "0002..pem",
            "0002.20270230T080000Z.pem",
        ] {
            #expect(SigningKeyName(file: name) == nil, "\(name)")
        }
    }
}
