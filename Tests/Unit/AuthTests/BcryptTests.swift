import Accounts
import Auth
import Testing

@Suite("bcrypt")
struct BcryptTests {
    /// From the test vectors of crypt_blowfish 1.3 (Openwall) and of jBCrypt.
    static let vectors: [(String, String)] = [
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
        (
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
            "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"
        ),
        ("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"),
        ("abc", "$2a$08$Ro0CUfOqk6cXEKf3dyaM7OhSCvnwM9s4wIX9JeLapehKK5YdLxKcm"),
    ]

    @Test("known hashes come out again", arguments: vectors)
    func known(password: String, hash: String) {
        #expect(BcryptWorkspace().hash(password.utf8, setting: hash) == hash)
        #expect(BcryptWorkspace().hash(password.utf8 + [33], setting: hash) != hash || password.utf8.count > 72)
    }

    @Test("$2b$, which passlib writes, and $2y$, which PHP writes, are the same function")
    func versions() {
        let workspace = BcryptWorkspace()
        let hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
        for version in ["$2b$", "$2y$"] {
            let other = version + hash.dropFirst(4)
            #expect(workspace.hash("U*U".utf8, setting: other) == other)
        }
    }

    @Test("a hash with noise in the bits that mean nothing is spelt as it is computed, and no other is changed")
    func paddingBits() throws {
        let hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
        #expect(BcryptHash(hash)?.text == hash)
        // The salt's last letter is 0 and the digest's 24: D is 5 and Z 27.
        let noisy = hash.replacing("C.E5", with: "CDE5").dropLast() + "Z"
        let spelt = try #require(BcryptHash(String(noisy))?.text)
        #expect(spelt == hash)
        #expect(BcryptWorkspace().hash("U*U".utf8, setting: spelt) == spelt)
        #expect(BcryptHash(String(hash.dropLast())) == nil && BcryptHash(String(hash.prefix(29))) == nil)
    }

    @Test("a new setting has the cost that was asked for and a salt of its own")
    func settings() throws {
        let first = try #require(BcryptWorkspace.makeSetting(cost: 12))
        let second = try #require(BcryptWorkspace.makeSetting(cost: 12))
        #expect(first.hasPrefix("$2b$12$"))
        #expect(BcryptSetting(first)?.cost == 12)
        #expect(first != second)
        #expect(BcryptSetting.decoy(cost: 4).count == 60)
        #expect(BcryptSetting(BcryptSetting.decoy(cost: 4))?.cost == 4)
    }

    @Test(
        "what is no bcrypt hash, or one that would take minutes, is not computed",
        arguments: [
            "", "*0", "$1$abc$", "$6$salt$hash", "$2x$05$CCCCCCCCCCCCCCCCCCCCC.", "$2b$31$CCCCCCCCCCCCCCCCCCCCC.",
            "$2b$16$CCCCCCCCCCCCCCCCCCCCC.", "$2b$03$CCCCCCCCCCCCCCCCCCCCC.", "$2b$-5$CCCCCCCCCCCCCCCCCCCCC.",
            "$2b$05$CCCCCCCCCCCCCCCCCCCC!.", "$2b$05$CCCC", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.\0",
        ])
    func refused(setting: String) {
        #expect(BcryptSetting(setting) == nil)
        #expect(BcryptWorkspace().hash("x".utf8, setting: setting) == nil)
    }
}
