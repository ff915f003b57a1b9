package import APIContract
import HTTPService
package import HTTPTypes
package import Postgres

/// The consistency tokens that a request carries, and what its answer gives back.
///
/// In the header a token that is not the caller's is the client's mistake, and it is told. A cookie may be a leftover
/// of whoever used the browser before: it is passed over, and replaced.
///
/// Where the data is another user's, the token is that user's and comes and goes in the header alone: what the caller has
/// seen of its own data stays as it is.
package struct PresentedToken: Sendable {
    /// On https, and on loopback http.
    package static let cookieNames = ["__Host-cryptodesk_consistency", "cryptodesk_consistency"]

    /// The newest revision that the client has seen; `nil` when it shows none.
    package let minimum: Revision?
    private let userID: Int
    private let codec: ConsistencyTokenCodec
    private let carrier: AccessTokenCarrier
    /// The token of ``minimum`` as it came, unless it should be written anew.
    private let text: String?
    /// The cookies of the session's own name.
    private let cookies: [Substring]

    /// - Parameters:
    ///   - userID: whose data the request is about.
    ///   - callerID: who sends it; `nil` for the same one.
    /// - Throws: ``APIError`` 400 `invalid_consistency_token`.
    package init(
        _ headers: HTTPFields, userID: Int, callerID: Int? = nil, codec: ConsistencyTokenCodec
    ) throws(APIError) {
        let isOwn = callerID == nil || callerID == userID
        self.userID = userID
        self.codec = codec
        carrier = isOwn ? AccessTokenCarrier(headers) : .none
        var candidates: [(text: String, decoded: ConsistencyTokenCodec.Decoded)] = []
        if let field = headers[.consistencyToken] {
            guard let decoded = codec.decode(field), [userID, callerID].contains(decoded.token.userID) else {
                throw APIError.invalidConsistencyToken
            }
            if decoded.token.userID == userID { candidates.append((field, decoded)) }
        }
        var cookies: [Substring] = []
        for (name, value) in CookiePairs(headers) where isOwn && Self.cookieNames.contains(String(name)) {
            if let own = Self.cookieName(carrier), name == own { cookies.append(value) }
            guard let decoded = codec.decode(String(value)), decoded.token.userID == userID else { continue }
            candidates.append((String(value), decoded))
        }
        self.cookies = cookies
        let newest = candidates.max { $0.decoded.token.revision < $1.decoded.token.revision }
        minimum = newest?.decoded.token.revision
        text = newest.flatMap { $0.decoded.isOfCurrentKey ? $0.text : nil }
    }

    /// The fields of an answer from this revision.
    package func fields(_ revision: Revision) -> [HTTPField] {
        let text =
            (revision == minimum ? text : nil)
            ?? codec.encode(ConsistencyToken(userID: userID, revision: revision))
        var fields = [HTTPField(name: .consistencyToken, value: text)]
        if let name = Self.cookieName(carrier), cookies != [text[...]] {
            let security = carrier == .hostCookie ? "; Secure" : ""
            let attributes = "Path=/; HttpOnly; SameSite=Lax" + security
            fields.append(HTTPField(name: .setCookie, value: "\(name)=\(text); \(attributes)"))
        }
        return fields
    }

    /// The cookie beside a session's cookie; `nil` for a caller who has none.
    private static func cookieName(_ carrier: AccessTokenCarrier) -> String? {
        switch carrier {
        case .header, .none: nil
        case .hostCookie: cookieNames[0]
        case .plainCookie: cookieNames[1]
        }
    }
}
