/// What the database has of the load's writes, after a fault.
package struct StoredRows: Hashable, Sendable {
    /// Acknowledged writes that are not there.
    package let lost: [String]
    /// Writes that are there more than once.
    package let doubled: [String]

    /// - Parameter counts: rows by name.
    package init(acknowledged: [String], counts: [String: Int]) {
        lost = acknowledged.filter { counts[$0] == nil }
        doubled = counts.filter { $0.value > 1 }.map(\.key).sorted()
    }
}
