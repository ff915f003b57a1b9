/// One PostgreSQL server of a cluster: `postgres-1`, `postgres-2`, …, whichever of them is the primary just now.
package struct PostgresServer: Hashable, Comparable, Sendable {
    /// Servers that fit into the ports kept for them.
    package static let most = 9

    /// Counts from 1.
    package let number: Int

    package init(_ number: Int) { self.number = number }

    /// From a process's name; `nil` when that is no PostgreSQL server's.
    package init?(name: String) {
        guard name.hasPrefix("postgres-"), let number = Int(name.dropFirst("postgres-".count)), number > 0,
            name == "postgres-\(number)"
        else { return nil }
        self.number = number
    }

    /// The name of the process, and PostgreSQL's own `cluster_name`.
    package var name: String { "postgres-\(number)" }

    /// The replication slot that the primary keeps for it.
    package var slot: String { "postgres_\(number)" }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }

    /// The servers of a cluster with so many replicas: those that must be there, and the lowest numbers besides.
    ///
    /// - Parameter needed: the primary, and during a promotion also the one before it.
    package static func chosen(replicas: Int, needed: Set<PostgresServer>) -> [PostgresServer] {
        var chosen = needed
        var number = 1
        while chosen.count < replicas + 1 {
            chosen.insert(PostgresServer(number))
            number += 1
        }
        return chosen.sorted()
    }
}
