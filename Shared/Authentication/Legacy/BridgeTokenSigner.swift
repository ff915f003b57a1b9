import Crypto
import JSON

/// Makes the tokens by which the application that is migrated from knows users who signed in here: HS256 with the bridge's own
/// secret, for a minute, and never shown to a client.
package struct BridgeTokenSigner: Sendable {
    /// `kid`, by which that application chooses the bridge's secret. No token of its own has one.
    package static let keyID = "cryptodesk-bridge"
    /// In seconds: a request's way there, and clocks that differ.
    package static let lifetime = 60

    private static let header = Base64URL.encode("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"\(keyID)\"}".utf8)

    private let key: SymmetricKey

    package init(_ keys: LegacyTokenKeys) { key = SymmetricKey(data: keys.bridge) }

    /// - Parameter now: seconds since 1970.
    package func sign(_ account: LegacyAccount, now: Int) -> String {
        let claims =
            "{\"iss\":\"cryptodesk\",\"sub\":\(account.subject.jsonEscaped),\"legacy_user_id\":\(account.legacyUserID),"
            + "\"iat\":\(now),\"exp\":\(now + Self.lifetime)}"
        let input = Self.header + "." + Base64URL.encode(claims.utf8)
        return input + "." + Base64URL.encode(HMAC<SHA256>.authenticationCode(for: Array(input.utf8), using: key))
    }
}
