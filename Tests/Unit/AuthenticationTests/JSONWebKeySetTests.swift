import Authentication
import Foundation
import Testing

@Suite("Key sets")
struct JSONWebKeySetTests {
    /// The example of RFC 7638, section 3.1.
    static let exampleModulus =
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
        + "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgd"
        + "AZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCu"
        + "r-kEgU8awapJzKnqDKgw"
    static let exampleID = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"

    private func document(_ members: String) -> [UInt8] { Array("{\"keys\":[{\(members)}]}".utf8) }

    @Test("a key is named by its thumbprint")
    func thumbprint() throws {
        let text = "\"kty\":\"RSA\",\"n\":\"\(Self.exampleModulus)\",\"e\":\"AQAB\",\"kid\":\"\(Self.exampleID)\""
        let keys = try #require(JSONWebKeySet(document: document(text)))
        #expect(keys.keyIDs == [Self.exampleID])
    }

    @Test("the published document reads back as the same keys, and holds no private part")
    func roundTrip() throws {
        let set = try SigningKeySet(keys: [ForgedToken.key, ForgedToken.foreignKey]).jsonWebKeySet
        let read = try #require(JSONWebKeySet(document: Array(set.document.utf8)))
        #expect(read.keyIDs == set.keyIDs)
        #expect(read.document == set.document)
        #expect(!set.document.contains("\"d\""))
    }

    @Test("keys of another kind, use or name are passed over, and a document without any is none")
    func foreign() {
        let n = Self.exampleModulus
        let kid = Self.exampleID
        let good = "\"kty\":\"RSA\",\"n\":\"\(n)\",\"e\":\"AQAB\",\"kid\":\"\(kid)\""
        #expect(JSONWebKeySet(document: document(good)) != nil)
        for members in [
            good + ",\"use\":\"enc\"", good + ",\"alg\":\"HS256\"", good + ",\"alg\":\"PS256\"",
            "\"kty\":\"oct\",\"k\":\"AAAA\",\"kid\":\"a\"", "\"kty\":\"RSA\",\"n\":\"\(n)\",\"e\":\"AQAB\"",
            "\"kty\":\"RSA\",\"n\":\"\(n)\",\"e\":\"AQAB\",\"kid\":\"mine\"",
            "\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"kid\":\"\(kid)\"",
            "\"kty\":\"RSA\",\"n\":\"\(n)=\",\"e\":\"AQAB\",\"kid\":\"\(kid)\"",
            "\"kty\":\"RSA\",\"n\":\"\(n)\",\"e\":\"AQ\",\"kid\":\"\(kid)\"", "",
        ] {
            #expect(JSONWebKeySet(document: document(members)) == nil, "\(members)")
        }
        for text in ["", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[]}", "{\"keys\":[1]}"] {
            #expect(JSONWebKeySet(document: Array(text.utf8)) == nil)
        }
    }

    @Test("the folder's last key by name signs, every key is published, other files are not looked at")
    func folder() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: SigningKeyError.self) { try SigningKeySet(directory: folder.path) }
        try ForgedToken.foreignKey.pem.write(
            to: folder.appendingPathComponent("2026-02.pem"), atomically: true, encoding: String.Encoding.utf8)
        try ForgedToken.key.pem.write(
            to: folder.appendingPathComponent("2026-11.pem"), atomically: true, encoding: String.Encoding.utf8)
        try "nothing".write(
            to: folder.appendingPathComponent("README"), atomically: true, encoding: String.Encoding.utf8)
        let set = try SigningKeySet(directory: folder.path)
        #expect(set.signer(at: 0).publicKey.keyID == ForgedToken.key.publicKey.keyID)
        #expect(set.jsonWebKeySet.keyIDs.count == 2)
        try "no key".write(to: folder.appendingPathComponent("x.pem"), atomically: true, encoding: String.Encoding.utf8)
        let error = #expect(throws: SigningKeyError.self) { try SigningKeySet(directory: folder.path) }
        #expect(error?.description.contains("x.pem") == true)
    }
}
