import JSON

/// A JSON Web Signature in its compact form (RFC 7515, section 3.1), taken apart and not yet believed.
struct CompactSignature {
    let header: JSONObject
    let payload: [UInt8]
    let signature: [UInt8]
    /// The bytes that were signed: header and payload as they were sent.
    let signingInput: [UInt8]

    /// The longest token that is looked at, in bytes.
    static let maximumLength = 8192

    init(_ token: String) throws(AuthenticationError) {
        guard token.utf8.count <= Self.maximumLength else { throw .invalid(reason: "longer than 8 KB") }
        let parts = token.utf8.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .invalid(reason: "not three parts") }
        guard let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .invalid(reason: "not base64url") }
        guard let members = Self.object(header) else { throw .invalid(reason: "the header is no JSON object") }
        self.header = members
        self.payload = payload
        self.signature = signature
        self.signingInput = Array(token.utf8[..<parts[1].endIndex])
    }

    /// A JSON object without a name that occurs twice; nil for anything else.
    static func object(_ bytes: [UInt8]) -> JSONObject? {
        (try? JSONValue(parsing: bytes, maximumDepth: 8))?.object
    }
}
