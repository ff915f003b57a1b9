package import HTTPService
package import HTTPTypes
package import Postgres

/// Which versions of a row a change may replace: what `If-Match` says, in the terms of the table.
package enum VersionPrecondition: Hashable, Sendable {
    case any
    case versions([Int])

    /// - Parameter id: the row that the request names; tags of other rows match nothing.
    package init(_ headers: HTTPFields, id: Int) {
        guard let field = headers[.ifMatch], let tags = EntityTag.opaqueTags(inIfMatch: field) else {
            self = .any
            return
        }
        self = .versions(
            tags.compactMap { tag in
                let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0] == String(id), let version = Int(parts[1]),
                    Self.entityTag(id: id, version: version).description == "\"\(tag)\""
                else { return nil }
                return version
            })
    }

    package static func entityTag(id: Int, version: Int) -> EntityTag { EntityTag("\(id)-\(version)") }

    package func allows(_ version: Int) -> Bool {
        switch self {
        case .any: true
        case .versions(let versions): versions.contains(version)
        }
    }

    /// `bigint[]` or null, as ``Queries/replace`` takes it.
    package var parameter: PostgresValue {
        switch self {
        case .any: .null
        case .versions(let versions): .text(ArrayLiteral.integers(versions))
        }
    }
}
