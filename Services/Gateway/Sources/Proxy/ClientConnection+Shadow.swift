import NIOHTTP1

// Reads that the candidate is asked for as well, once the client has its answer.
extension ClientConnection {
    /// Watches the answer of a part of the reads that the monolith answers. While requests wait for the monolith none is.
    func captureForComparison(_ exchange: Exchange, _ route: Route, _ migration: RouteMigration, _ stage: RouteStage) {
        switch stage.stage {
        case .shadow, .canary: break
        case .legacy, .full, .retired: return
        }
        // Of somebody whom the candidate does not know it cannot be asked.
        guard exchange.side == .legacy, exchange.bridged?.onlySide == nil, exchange.request.method == .GET,
            !exchange.state.framing.hasBody, loop.sampler.takes(migration.shadow.sample)
        else { return }
        guard loop.pool(of: migration.legacy)?.queue.waiting == 0,
            loop.shadow?.hasPlace(route.name, migration.shadow) == true
        else { return loop.evidence.shadowed(route.name, .dropped) }
        exchange.shadow = ShadowCapture(since: stage.since, maximumBody: migration.shadow.maximumBody)
    }

    /// The client has its answer.
    func offerForComparison(_ exchange: Exchange) {
        guard let capture = exchange.shadow, let route = exchange.route, let migration = route.migration else { return }
        exchange.shadow = nil
        guard !capture.isTooLarge else { return loop.evidence.shadowed(route.name, .dropped) }
        let request = exchange.request
        func fields(on side: MigrationSide) -> HTTPHeaders {
            RequestHeadWriter.fields(
                request, additions(to: exchange, traceParent: exchange.traceParent, upgrade: nil, on: side))
        }
        loop.shadow?.offer(
            ShadowRequest(
                route: route.name, migration: migration, since: capture.since,
                countsAnswers: !exchange.countsAnswer, target: request.target.text,
                candidateTarget: migration.mapping.target(request.target, of: route),
                primaryFields: fields(on: .legacy), candidateFields: fields(on: .candidate),
                primary: capture.answer(migration.comparison)))
    }

    /// A read of a canary, or of a candidate that answers all, is evidence by itself.
    func countAnswer(_ exchange: Exchange, isError: Bool, microseconds: Int) {
        guard let side = exchange.side, exchange.countsAnswer else { return }
        loop.evidence.answered(
            exchange.routeName, exchange.stageSince, side, isError: isError, microseconds: microseconds)
    }
}
