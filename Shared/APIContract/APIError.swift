import JSON

/// An error as a client of the public API sees it; the only type that renders an error body.
///
/// It tells nothing of the inside: the cause belongs in the log, beside the same request id.
package struct APIError: Error, Hashable, Sendable {
    /// What the member `detail` holds.
    package enum Detail: Hashable, Sendable {
        case sentence(String)
        case fields([FieldError])
    }

    /// A header that the answer must carry, such as `Retry-After`.
    package struct Header: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A further member of the body, for what a client needs to go on.
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The HTTP status code.
    package let status: Int
    package let code: ErrorCode
    package let detail: Detail
    package var headers: [Header]
    /// Besides the three that every error has.
    package var members: [Member] = []

    package init(status: Int, code: ErrorCode, detail: Detail, headers: [Header] = []) {
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
    }

    package init(_ status: Int, _ code: ErrorCode, _ sentence: String, headers: [Header] = []) {
        self.init(status: status, code: code, detail: .sentence(sentence), headers: headers)
    }

    /// The body: `{"detail": …, "code": "…", "request_id": "…"}`.
    package func body(requestID: String) -> String {
        let further = members.map { ",\($0.name.jsonEscaped):\($0.value.jsonEscaped)" }.joined()
        return "{\(rendered),\"request_id\":\(requestID.jsonEscaped)\(further)}"
    }

    /// `"detail": …, "code": "…"`: what tells of the error wherever it is told.
    package var rendered: String { "\"detail\":\(renderedDetail),\"code\":\(code.rawValue.jsonEscaped)" }

    private var renderedDetail: String {
        switch detail {
        case .sentence(let sentence): sentence.jsonEscaped
        case .fields(let fields): "[" + fields.map(Self.render).joined(separator: ",") + "]"
        }
    }

    private static func render(_ field: FieldError) -> String {
        let location = field.location.map(\.jsonEscaped).joined(separator: ",")
        return "{\"loc\":[\(location)],\"msg\":\(field.message.jsonEscaped),\"type\":\(field.type.jsonEscaped)}"
    }
}
