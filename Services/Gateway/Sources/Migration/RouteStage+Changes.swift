// The changes that a route may make, and those that it may not.
extension RouteStage {
    /// More pins would be a list for the file.
    package static let maximumPins = 1000

    /// - Parameter percent: of the canary to go to; `nil` for the next step.
    package func advanced(percent: Int? = nil) throws(MigrationRefusal) -> RouteStage {
        guard let next = stage.next(percent: percent) else {
            throw .refused(
                percent.map { "there is no step from \(stage) to canary \($0) %" } ?? "there is no step after \(stage)")
        }
        guard next != .retired || owner == .candidate && !holdsWrites else {
            throw .refused("the monolith still owns the route's writes: cut them over first")
        }
        var route = self
        route.stage = next
        return route
    }

    /// - Parameter target: `legacy` or `shadow`; `nil` for the one before.
    package func rolledBack(to target: MigrationStage? = nil) throws(MigrationRefusal) -> RouteStage {
        guard let previous = stage.previous else { throw .refused("there is no way back from \(stage)") }
        guard target == nil || target == previous || target == .legacy else {
            throw .refused("the way back from \(stage) leads to \(previous) or legacy")
        }
        var route = self
        route.stage = target ?? previous
        return route
    }

    /// - Parameter side: `nil` lets the user go.
    package func pinned(_ user: Int, to side: MigrationSide?) throws(MigrationRefusal) -> RouteStage {
        guard stage != .retired else { throw .refused("the monolith is not there any more") }
        var route = self
        route.pins[user] = side
        guard route.pins.count <= Self.maximumPins else {
            throw .refused("\(Self.maximumPins) users are pinned already; lists of users are first_users in the file")
        }
        return route
    }

    /// - Parameter owner: `nil` holds the writes.
    package func owned(by owner: MigrationSide?) throws(MigrationRefusal) -> RouteStage {
        guard stage != .retired else { throw .refused("the monolith is not there any more") }
        var route = self
        guard let owner else {
            route.holdsWrites = true
            return route
        }
        guard holdsWrites || owner == self.owner else {
            throw .refused("writes must be held by every gateway before their owner changes")
        }
        route.holdsWrites = false
        if owner != self.owner { (route.owner, route.epoch) = (owner, epoch + 1) }
        return route
    }
}
