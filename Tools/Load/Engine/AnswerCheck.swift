import JSON
import NIOCore

/// What the bodies of answers must be.
enum AnswerCheck {
    struct TokenPair {
        let accessToken: String
        let refreshToken: String
        /// Of the access token, in seconds.
        let lifetime: Int
    }

    /// - Parameter description: what it must be; `nil` for any.
    static func strategy(
        _ body: ByteBuffer, id: Int, userID: Int, description: String? = nil
    ) throws(LoadError) {
        let strategy = try object(body)
        guard strategy["user_id"]?.integer == userID else { throw .wrongBody("another user's strategy") }
        guard strategy["id"]?.integer == id else { throw .wrongBody("another strategy") }
        guard description == nil || strategy["description"]?.string == description else {
            throw .wrongBody("a strategy without the change")
        }
    }

    /// - Returns: the new strategy's id.
    static func created(_ body: ByteBuffer, name: String, userID: Int) throws(LoadError) -> Int {
        let strategy = try object(body)
        guard strategy["user_id"]?.integer == userID, strategy["strategy_name"]?.string == name,
            let id = strategy["id"]?.integer
        else { throw .wrongBody("not the strategy that was created") }
        return id
    }

    static func tokens(_ body: ByteBuffer) throws(LoadError) -> TokenPair {
        let answer = try object(body)
        guard let accessToken = answer["access_token"]?.string, !accessToken.isEmpty,
            let refreshToken = answer["refresh_token"]?.string, !refreshToken.isEmpty,
            let lifetime = answer["expires_in"]?.integer, lifetime > 0
        else { throw .wrongBody("no pair of tokens") }
        return TokenPair(accessToken: accessToken, refreshToken: refreshToken, lifetime: lifetime)
    }

    /// The API's stable code of an error.
    static func errorCode(_ body: ByteBuffer) -> String? {
        guard let code = try? object(body)["code"]?.string, code.utf8.count <= 40 else { return nil }
        return code
    }

    private static func object(_ body: ByteBuffer) throws(LoadError) -> JSONObject {
        guard let object = (try? JSONValue(parsing: body.readableBytesView))?.object else {
            throw .wrongBody("no JSON object")
        }
        return object
    }
}
