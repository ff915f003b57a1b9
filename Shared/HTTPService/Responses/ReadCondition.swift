package import HTTPTypes

/// What `If-Match` and `If-None-Match` make of a GET or HEAD (RFC 9110 §13.2.2).
package enum ReadCondition: Hashable, Sendable {
    /// The representation is wanted.
    case met
    /// 304: the client has it already.
    case notModified
    /// 412: it is not the one that the client insists on.
    case failed

    /// - Parameter tag: of the representation that is there.
    package init(_ headers: HTTPFields, of tag: EntityTag) {
        if let field = headers[.ifMatch], !tag.isNamed(byIfMatch: field) {
            self = .failed
        } else if let field = headers[.ifNoneMatch], tag.isNamed(byIfNoneMatch: field) {
            self = .notModified
        } else {
            self = .met
        }
    }
}
