// The errors that more than one process answers, so that they read the same everywhere.
extension APIError {
    /// 401: no token, or one that is malformed, expired or revoked. Which of them is not told.
    package static let unauthorized = APIError(
        401, .notAuthenticated, "Could not validate credentials", headers: [Header("WWW-Authenticate", "Bearer")])

    /// 401: an old refresh token came back, and its session was ended.
    package static let refreshReused = APIError(
        401, .refreshReused, "Could not validate credentials", headers: [Header("WWW-Authenticate", "Bearer")])

    package static let forbidden = APIError(
        403, .forbidden, "Not enough permissions to access this resource")

    /// 404, also for what belongs to another user.
    package static let notFound = APIError(404, .notFound, "Not found")

    package static let bodyTooLarge = APIError(413, .bodyTooLarge, "The request body is too large")

    package static let internalError = APIError(500, .internalError, "Something went wrong on our side")

    package static func methodNotAllowed(allow: [String]) -> APIError {
        APIError(
            405, .methodNotAllowed, "This method is not allowed here",
            headers: [Header("Allow", allow.joined(separator: ", "))])
    }

    package static func malformed(_ sentence: String, code: ErrorCode = .badRequest) -> APIError {
        APIError(400, code, sentence)
    }

    package static func unsupportedMediaType(expected: String) -> APIError {
        APIError(415, .unsupportedMediaType, "The body must be \(expected)")
    }

    package static func validation(_ fields: [FieldError]) -> APIError {
        APIError(status: 422, code: .validationFailed, detail: .fields(fields))
    }

    /// This error with more headers.
    package func adding(_ headers: [Header]) -> APIError {
        var error = self
        error.headers += headers
        return error
    }

    package static func conflict(_ code: ErrorCode, _ sentence: String) -> APIError {
        APIError(409, code, sentence)
    }

    /// 429; `retryAfter` in whole seconds, at least 1.
    package static func tooManyRequests(retryAfter: Int) -> APIError {
        APIError(
            429, .rateLimited, "Too many requests, try again later",
            headers: [Header("Retry-After", String(max(1, retryAfter)))])
    }

    /// 503; `retryAfter` in whole seconds, at least 1.
    package static func unavailable(_ code: ErrorCode, _ sentence: String, retryAfter: Int = 1) -> APIError {
        APIError(503, code, sentence, headers: [Header("Retry-After", String(max(1, retryAfter)))])
    }
}
