import APIContract
import Authentication

// Requests of routes that move from one service to another.
extension ClientConnection {
    /// Decides which side answers; from here on the exchange is of that side, whatever changes.
    ///
    /// - Returns: `nil` for a write that has to wait until its route's writes have an owner again.
    func upstream(of exchange: Exchange, _ route: Route, _ migration: RouteMigration) -> UpstreamName? {
        let stage = loop.stages.stage(of: route.name, migration)
        let isSafe = exchange.request.isSafe
        if !isSafe {
            guard !stage.holdsWrites else {
                loop.hold(exchange, of: self)
                return nil
            }
        }
        let side =
            exchange.bridged?.onlySide
            ?? stage.side(
                of: exchange.caller?.userID, isSafe: isSafe, wish: isSafe ? wish(of: exchange, migration) : nil,
                migration)
        if side == .legacy, case .oursPerhaps(let reason)? = exchange.bridged {
            answer(exchange, Self.cannotAuthenticate, cause: reason)
            return nil
        }
        exchange.side = side
        if !isSafe {
            exchange.write = loop.writes.begin(route.name)
            exchange.writeEpoch = stage.epoch
        }
        if isSafe {
            exchange.stageSince = stage.since
            exchange.countsAnswer = stage.stage.isServedByCandidate
            captureForComparison(exchange, route, migration, stage)
        }
        return migration.upstream(of: side)
    }

    /// Of a tester, and of nobody else.
    private func wish(of exchange: Exchange, _ migration: RouteMigration) -> MigrationSide? {
        guard let caller = exchange.caller, migration.isTester(caller) else { return nil }
        return SideWish.read(exchange.request)
    }

    /// The owner of the writes may be known again.
    func goOn(_ exchange: Exchange) {
        guard exchange === self.exchange, !isClosing, exchange.state.wait == .connection else { return }
        forward(exchange)
        flush()
    }

    /// The owner did not become known in time.
    func refuseHeld(_ exchange: Exchange) {
        guard exchange === self.exchange, !isClosing, exchange.state.wait == .connection else { return }
        answer(exchange, Self.writesHeld, cause: "The route's writes were held for too long")
        flush()
    }

    private static let writesHeld = APIError.unavailable(
        .writesHeld, "Changes are being moved to another service, and wait until that is done", retryAfter: 1)
}
