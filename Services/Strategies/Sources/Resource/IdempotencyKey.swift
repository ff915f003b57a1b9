package import APIContract
import Authentication
import Crypto
import HTTPService
package import HTTPTypes

/// A client's name for one request, by which its repeats are known (draft-ietf-httpapi-idempotency-key-header).
package struct IdempotencyKey: Hashable, Sendable {
    private static let length = 1...255

    /// 1 to 255 visible ASCII characters, as they came.
    package let text: String

    /// - Returns: `nil` where there is none.
    /// - Throws: ``APIError`` 400 `invalid_idempotency_key`.
    package init?(_ headers: HTTPFields) throws(APIError) {
        guard let field = headers[.idempotencyKey] else { return nil }
        guard Self.length.contains(field.utf8.count), field.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw APIError.malformed(
                "The Idempotency-Key must be 1 to 255 visible ASCII characters", code: .invalidIdempotencyKey)
        }
        text = field
    }

    /// The name of a part of the request. It has a space, as no client's key does.
    package func part(_ number: Int) -> IdempotencyKey {
        IdempotencyKey(text: "\(number) \(Base64URL.encode(SHA256.hash(data: Array(text.utf8))))")
    }

    private init(text: String) { self.text = text }
}

extension APIError {
    /// 422: the key belongs to a request that asked for something else.
    package static let idempotencyKeyReused = APIError(
        status: 422, code: .idempotencyKeyReused,
        detail: .fields([
            FieldError(
                ["header", "Idempotency-Key"], "the key was used for another body within the last 24 hours",
                type: "value_error.idempotency_key")
        ]))
}
