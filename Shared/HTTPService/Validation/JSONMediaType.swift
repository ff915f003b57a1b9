/// The media types of JSON in this API.
package enum JSONMediaType: String, Sendable {
    case json = "application/json"
    /// RFC 7396.
    case mergePatch = "application/merge-patch+json"
    /// A JSON text a line.
    case ndjson = "application/x-ndjson"

    /// Whether a `Content-Type` names this type, in UTF-8.
    package func matches(_ contentType: String) -> Bool {
        let parts = contentType.lowercased().split(separator: ";").map { part in part.filter { $0 != " " && $0 != "\t" }
        }
        guard parts.first == rawValue else { return false }
        return parts.dropFirst().allSatisfy { parameter in
            !parameter.hasPrefix("charset=") || ["charset=utf-8", "charset=\"utf-8\""].contains(parameter)
        }
    }
}
