/// A stable, machine-readable name of an error: lower snake case, never changed once published.
package struct ErrorCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
}

extension ErrorCode {
    // 400
    package static let badRequest = ErrorCode(rawValue: "bad_request")
    package static let malformedJSON = ErrorCode(rawValue: "malformed_json")
    package static let invalidConsistencyToken = ErrorCode(rawValue: "invalid_consistency_token")
    package static let invalidIdempotencyKey = ErrorCode(rawValue: "invalid_idempotency_key")
    // 401
    package static let notAuthenticated = ErrorCode(rawValue: "not_authenticated")
    package static let invalidCredentials = ErrorCode(rawValue: "invalid_credentials")
    package static let refreshReused = ErrorCode(rawValue: "refresh_reused")
    package static let mfaRequired = ErrorCode(rawValue: "mfa_required")
    package static let invalidMFAToken = ErrorCode(rawValue: "invalid_mfa_token")
    package static let invalidCode = ErrorCode(rawValue: "invalid_code")
    package static let codeReused = ErrorCode(rawValue: "code_reused")
    // 403
    package static let forbidden = ErrorCode(rawValue: "forbidden")
    package static let wrongPassword = ErrorCode(rawValue: "wrong_password")
    package static let wrongCode = ErrorCode(rawValue: "wrong_code")
    package static let csrfRejected = ErrorCode(rawValue: "csrf_rejected")
    package static let httpsRequired = ErrorCode(rawValue: "https_required")
    package static let originRejected = ErrorCode(rawValue: "origin_rejected")
    // 404, 405, 408, 409, 412
    package static let notFound = ErrorCode(rawValue: "not_found")
    package static let methodNotAllowed = ErrorCode(rawValue: "method_not_allowed")
    package static let requestTimeout = ErrorCode(rawValue: "request_timeout")
    package static let conflict = ErrorCode(rawValue: "conflict")
    package static let changesLost = ErrorCode(rawValue: "changes_lost")
    package static let emailTaken = ErrorCode(rawValue: "email_taken")
    package static let tooManyAPIKeys = ErrorCode(rawValue: "too_many_api_keys")
    package static let mfaAlreadyEnabled = ErrorCode(rawValue: "mfa_already_enabled")
    package static let mfaNotEnabled = ErrorCode(rawValue: "mfa_not_enabled")
    package static let mfaNotPending = ErrorCode(rawValue: "mfa_not_pending")
    package static let lastAdmin = ErrorCode(rawValue: "last_admin")
    package static let preconditionFailed = ErrorCode(rawValue: "precondition_failed")
    // 413, 414, 415, 417, 422, 426, 429, 431
    package static let bodyTooLarge = ErrorCode(rawValue: "body_too_large")
    package static let uriTooLong = ErrorCode(rawValue: "uri_too_long")
    package static let unsupportedMediaType = ErrorCode(rawValue: "unsupported_media_type")
    package static let expectationFailed = ErrorCode(rawValue: "expectation_failed")
    package static let validationFailed = ErrorCode(rawValue: "validation_failed")
    package static let idempotencyKeyReused = ErrorCode(rawValue: "idempotency_key_reused")
    package static let upgradeRequired = ErrorCode(rawValue: "upgrade_required")
    package static let tooManyConnections = ErrorCode(rawValue: "too_many_connections")
    package static let rateLimited = ErrorCode(rawValue: "rate_limited")
    package static let headersTooLarge = ErrorCode(rawValue: "headers_too_large")
    // 5xx
    package static let internalError = ErrorCode(rawValue: "internal_error")
    package static let notImplemented = ErrorCode(rawValue: "not_implemented")
    package static let upstreamUnavailable = ErrorCode(rawValue: "upstream_unavailable")
    package static let upstreamFailed = ErrorCode(rawValue: "upstream_failed")
    package static let upstreamTimeout = ErrorCode(rawValue: "upstream_timeout")
    package static let overloaded = ErrorCode(rawValue: "overloaded")
    package static let writesHeld = ErrorCode(rawValue: "writes_held")
    package static let databaseUnavailable = ErrorCode(rawValue: "database_unavailable")
    package static let replicaBehind = ErrorCode(rawValue: "replica_behind")
    package static let outcomeUnknown = ErrorCode(rawValue: "outcome_unknown")
    package static let writesMoved = ErrorCode(rawValue: "writes_moved")
    package static let limiterUnavailable = ErrorCode(rawValue: "limiter_unavailable")
    package static let authenticationUnavailable = ErrorCode(rawValue: "authentication_unavailable")
}
