package import NIOHTTP1

/// Which pages of other origins may read our answers (the Fetch standard's CORS protocol): a whitelist, never `*`.
package struct CORSPolicy: Sendable {
    private let origins: Set<String>

    /// Fields of our answers that a page may read, beyond those that are always readable.
    package static let exposedFields = [
        "X-Request-Id", "ETag", "Link", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "Consistency-Token",
    ]

    /// Fields that a page may send.
    package static let allowedFields = [
        "Authorization", "Content-Type", "Accept", "If-Match", "If-None-Match", "Idempotency-Key", "X-Request-Id",
        "traceparent", "tracestate", "Consistency-Token",
    ]

    /// - Parameter origins: such as `https://desk.example`, compared byte by byte; `*` and `null` are never allowed.
    package init(origins: [String]) {
        self.origins = Set(origins.filter { $0 != "*" && $0 != "null" })
    }

    package var isEmpty: Bool { origins.isEmpty }

    /// The origin to name in `Access-Control-Allow-Origin`, if the request has one and it is on the list.
    package func allowedOrigin(_ request: RequestHead) -> String? {
        guard let origin = request.origin, origins.contains(origin) else { return nil }
        return origin
    }

    package func isPreflight(_ request: RequestHead) -> Bool {
        request.method == .OPTIONS && request.origin != nil && request.preflightMethod != nil
    }

    /// The fields of a preflight's answer.
    ///
    /// - Parameter methods: what the routes at the path take; empty when there is no route.
    package func preflightFields(_ request: RequestHead, methods: [HTTPMethod]) -> [(name: String, value: String)] {
        var fields = [
            ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
        ]
        guard let origin = allowedOrigin(request), !methods.isEmpty else { return fields }
        fields.append(("Access-Control-Allow-Origin", origin))
        fields.append(("Access-Control-Allow-Credentials", "true"))
        fields.append(("Access-Control-Allow-Methods", methods.map(\.rawValue).joined(separator: ", ")))
        fields.append(("Access-Control-Allow-Headers", Self.allowedFields.joined(separator: ", ")))
        fields.append(("Access-Control-Max-Age", "600"))
        return fields
    }

    /// The lines that an answer to a page of an allowed origin carries.
    package static func lines(origin: String) -> String {
        "Access-Control-Allow-Origin: \(origin)\r\n" + constantLines
    }

    private static let constantLines =
        "Access-Control-Allow-Credentials: true\r\nAccess-Control-Expose-Headers: "
        + exposedFields.joined(separator: ", ") + "\r\n"
}
