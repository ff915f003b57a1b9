import JSON

/// Public keys by their `kid` (RFC 7517, section 5).
package struct JSONWebKeySet: Sendable {
    private let keys: [RSAPublicKey]
    private let byID: [String: RSAPublicKey]

    package init(keys: [RSAPublicKey]) {
        self.keys = keys
        self.byID = Dictionary(keys.map { ($0.keyID, $0) }) { first, _ in first }
    }

    /// Reads a published document. What is no RS256 signature key named by its own thumbprint is passed over
    /// (RFC 7517, section 5); nil when the document is malformed, absurdly long, or has no key of use.
    package init?(document: some Collection<UInt8>) {
        guard let members = (try? JSONValue(parsing: document, maximumDepth: 8))?.object,
            let entries = members["keys"]?.array, entries.count <= 64
        else { return nil }
        let keys = entries.compactMap { $0.object.flatMap(Self.key) }
        guard !keys.isEmpty else { return nil }
        self.init(keys: keys)
    }

    private static func key(_ members: JSONObject) -> RSAPublicKey? {
        guard members["kty"]?.string == "RSA",
            (members["use"] ?? .string("sig")) == .string("sig"),
            (members["alg"] ?? .string("RS256")) == .string("RS256"),
            let modulus = members["n"]?.string, let exponent = members["e"]?.string,
            let key = RSAPublicKey(modulus: modulus, exponent: exponent), members["kid"]?.string == key.keyID
        else { return nil }
        return key
    }

    package subscript(keyID: String) -> RSAPublicKey? { byID[keyID] }

    package var keyIDs: Set<String> { Set(byID.keys) }

    package var isEmpty: Bool { keys.isEmpty }

    /// The document to publish.
    package var document: String {
        "{\"keys\":[" + keys.map(\.jsonWebKey).joined(separator: ",") + "]}"
    }
}
