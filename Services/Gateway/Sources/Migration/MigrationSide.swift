/// Who answers a request of a route that is being moved.
package enum MigrationSide: String, Sendable, Hashable, CaseIterable {
    case legacy
    case candidate
}
