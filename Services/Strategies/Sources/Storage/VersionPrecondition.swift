package import HTTPService
package import HTTPTypes
package import Postgres

/// Which versions of a row a change may replace: what `If-Match` and `If-None-Match` say, in the terms of the table.
package enum VersionPrecondition: Hashable, Sendable {
    case only([Int])
    case except([Int])

    package static let any = VersionPrecondition.except([])

    /// Both conditions must hold (RFC 9110 §13.2.2).
    ///
    /// - Parameter id: the row that the request names; tags of other rows match nothing.
    package init(_ headers: HTTPFields, id: Int) {
        let matching = headers[.ifMatch].flatMap { EntityTag.opaqueTags(inIfMatch: $0) }
        let allowed = matching.map { Self.versions($0, id: id) }
        guard let field = headers[.ifNoneMatch] else {
            self = allowed.map { .only($0) } ?? .any
            return
        }
        guard let tags = EntityTag.opaqueTags(inIfNoneMatch: field) else {
            // `*` matches whatever there is.
            self = .only([])
            return
        }
        let refused = Self.versions(tags, id: id)
        self = allowed.map { .only($0.filter { !refused.contains($0) }) } ?? .except(refused)
    }

    package static func entityTag(id: Int, version: Int) -> EntityTag { EntityTag("\(id)-\(version)") }

    package func allows(_ version: Int) -> Bool {
        switch self {
        case .only(let versions): versions.contains(version)
        case .except(let versions): !versions.contains(version)
        }
    }

    /// `bigint[]`, and whether a version must be in it or must not be, as ``Queries/replace`` takes them.
    package var parameters: [PostgresValue] {
        switch self {
        case .only(let versions): [.text(ArrayLiteral.integers(versions)), true]
        case .except(let versions): [.text(ArrayLiteral.integers(versions)), false]
        }
    }

    private static func versions(_ tags: [Substring], id: Int) -> [Int] {
        tags.compactMap { tag in
            let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0] == String(id), let version = Int(parts[1]),
                entityTag(id: id, version: version).description == "\"\(tag)\""
            else { return nil }
            return version
        }
    }
}
