import Redis
import Testing

@Test(
    "a script is named by the SHA-1 that Redis computes",
    arguments: [
        ("return 1", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"), ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ])
func scriptNames(source: String, sha1: String) {
    #expect(RedisScript(source).sha1 == sha1)
}
