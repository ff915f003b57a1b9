import NIOHTTP1
import Traces

/// A request that may be answered without a task and without Hummingbird: a GET over HTTP/1.1 with a bearer token, no body,
/// no condition and no cookie.
///
/// Whatever is unusual makes it none, and is understood on the long way.
package struct DirectRequest: Sendable {
    /// Path and query as they came.
    package let target: String
    /// Of `Authorization: Bearer`.
    package let token: String
    package let consistencyToken: String?
    /// Of `X-Request-Id`; well formed or not.
    package let requestID: String?
    /// The span of a sampled trace that it comes from; read only where spans are recorded.
    var cause: SpanIdentity?

    /// Of the target, without the query.
    var path: String { String(target.prefix { $0 != "?" }) }

    init?(_ head: HTTPRequestHead) {
        guard head.method == .GET, head.version == .http1_1 else { return nil }
        var token: String?
        var consistencyToken: String?
        var requestID: String?
        for (name, value) in head.headers {
            switch Field(name) {
            case .authorization:
                guard token == nil, let bearer = AccessTokenCredential.bearerToken(value) else { return nil }
                token = bearer
            case .consistencyToken:
                guard consistencyToken == nil else { return nil }
                consistencyToken = value
            case .requestID:
                guard requestID == nil else { return nil }
                requestID = value
            case .unusual: return nil
            case .harmless: break
            }
        }
        guard let token else { return nil }
        target = head.uri
        self.token = token
        self.consistencyToken = consistencyToken
        self.requestID = requestID
    }

    private enum Field {
        case authorization
        case consistencyToken
        case requestID
        /// Changes the answer, or the connection.
        case unusual
        case harmless

        init(_ name: String) {
            self =
                switch name.utf8.count {
                case 13 where Self.equals(name, "authorization"): .authorization
                case 17 where Self.equals(name, "consistency-token"): .consistencyToken
                case 12 where Self.equals(name, "x-request-id"): .requestID
                case 6 where Self.equals(name, "cookie") || Self.equals(name, "expect"): .unusual
                case 7 where Self.equals(name, "upgrade"): .unusual
                case 8 where Self.equals(name, "if-match"): .unusual
                case 10 where Self.equals(name, "connection"): .unusual
                case 13 where Self.equals(name, "if-none-match"): .unusual
                case 14 where Self.equals(name, "content-length"): .unusual
                case 17 where Self.equals(name, "transfer-encoding"): .unusual
                default: .harmless
                }
        }

        /// - Parameter lowercase: letters and hyphens.
        private static func equals(_ name: String, _ lowercase: StaticString) -> Bool {
            var name = name
            return name.withUTF8 { name in
                let expected = UnsafeBufferPointer(start: lowercase.utf8Start, count: lowercase.utf8CodeUnitCount)
                guard name.count == expected.count else { return false }
                for index in 0..<name.count where name[index] | 0x20 != expected[index] | 0x20 { return false }
                return true
            }
        }
    }
}
