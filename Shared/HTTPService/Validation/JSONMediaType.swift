/// The media types of a request body that this API reads.
package enum JSONMediaType: String, Sendable {
    case json = "application/json"
    /// RFC 7396.
    case mergePatch = "application/merge-patch+json"

    /// Whether a `Content-Type` names this type, in UTF-8.
    func matches(_ contentType: String) -> Bool {
        let parts = contentType.lowercased().split(separator: ";").map { part in part.filter { $0 != " " && $0 != "\t" }
        }
        guard parts.first == rawValue else { return false }
        return parts.dropFirst().allSatisfy { parameter in
            !parameter.hasPrefix("charset=") || ["charset=utf-8", "charset=\"utf-8\""].contains(parameter)
        }
    }
}
