import APIContract
import HTTPTypes
package import Hummingbird
package import JSON
import NIOCore

/// The bounds of a request body.
package enum BodyLimit {
    /// 10 MB, of any body.
    package static let bytes = 10 * 1024 * 1024
    /// A larger body is parsed apart from the event loops.
    package static let bytesParsedInPlace = 128 * 1024
    /// How deep a JSON body may be nested.
    package static let depth = 128
    /// How many values a JSON body may hold: what bounds the memory that parsing takes.
    package static let values = 100_000
}

extension Request {
    /// Nothing follows the head, and nothing says of what type it would be.
    package var isWithoutBody: Bool {
        !headers.contains(.contentType) && !headers.contains(.transferEncoding)
            && headers[.contentLength].flatMap { Int($0) } ?? 0 == 0
    }

    /// The body as a JSON object, read strictly.
    ///
    /// - Throws: ``APIError`` 415 for another media type, 413 for a body that is too large, 400 `malformed_json` for what is
    ///   no JSON text, 422 for another JSON value than an object. Errors of the connection pass through.
    package func jsonObject(
        as mediaTypes: [JSONMediaType] = [.json], upTo limit: Int = BodyLimit.bytes
    ) async throws -> JSONObject {
        guard let contentType = headers[.contentType], mediaTypes.contains(where: { $0.matches(contentType) }),
            !headers.contains(.contentEncoding)
        else { throw APIError.unsupportedMediaType(expected: mediaTypes.map(\.rawValue).joined(separator: " or ")) }
        let text = try await collectedBody(upTo: limit)
        guard text.readableBytes > BodyLimit.bytesParsedInPlace else { return try JSONBody.object(text) }
        // The event loop that this task runs on has other requests to serve meanwhile.
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { try JSONBody.object(text) }
    }

    /// The whole body.
    ///
    /// - Throws: ``APIError`` 413 for more than `limit` bytes, 400 for fewer than `Content-Length` says.
    package func collectedBody(upTo limit: Int = BodyLimit.bytes) async throws -> ByteBuffer {
        let expected = headers[.contentLength].flatMap { Int($0) }
        if let expected, expected > limit { throw APIError.bodyTooLarge }
        var collected = ByteBuffer()
        for try await part in body {
            guard collected.readableBytes + part.readableBytes <= limit else { throw APIError.bodyTooLarge }
            if collected.readableBytes == 0 {
                collected = part
                if let expected { collected.reserveCapacity(expected) }
            } else {
                collected.writeImmutableBuffer(part)
            }
        }
        // A connection that ends in the middle of a body looks like the body's end here.
        if let expected, collected.readableBytes < expected {
            throw APIError.malformed("The request body is incomplete")
        }
        return collected
    }
}
