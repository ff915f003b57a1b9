import HTTPService
import HTTPTypes
import Testing

@Suite("where the access token stands")
struct AccessTokenCredentialTests {
    @Test(
        "in Authorization, the scheme without regard to case",
        arguments: ["Bearer a.b.c", "bearer a.b.c", "BEARER  a.b.c"])
    func bearer(value: String) {
        #expect(AccessTokenCredential.find(in: [.authorization: value]) == "a.b.c")
    }

    @Test(
        "in the session's cookie, among others",
        arguments: ["cryptodesk_access=t", "a=1; cryptodesk_access=t", "__Host-cryptodesk_access=t; x=y"])
    func cookie(value: String) {
        #expect(AccessTokenCredential.find(in: [.cookie: value]) == "t")
    }

    @Test("nowhere else", arguments: ["", "Bearer", "Bearer ", "Basic a", "a.b.c", "Bearera.b.c"])
    func malformed(value: String) {
        #expect(AccessTokenCredential.find(in: [.authorization: value]) == nil)
    }

    @Test("a header that is no good is not made good by a cookie")
    func headerWins() {
        #expect(AccessTokenCredential.find(in: [.authorization: "Basic x", .cookie: "cryptodesk_access=t"]) == nil)
    }

    @Test(
        "a cookie of a similar name is another cookie",
        arguments: ["xcryptodesk_access=t", "cryptodesk_access2=t", "cryptodesk_access="])
    func similar(value: String) {
        #expect(AccessTokenCredential.find(in: [.cookie: value]) == nil)
    }
}
