import JSON

/// Where the gateways of a cluster send a migrated route's writes, over their private ports.
package struct GatewayWrites: Sendable {
    package enum Owner: String, Sendable {
        case legacy, candidate
        /// Writes wait at the gateways, for five seconds at most.
        case held
    }

    /// In which the gateways must have taken a change, and have no write under way.
    private static let limit = Duration.seconds(2)

    private let ports: [Int]
    private let routes: [String]
    private let by: String

    /// - Parameters:
    ///   - ports: of all gateways; each must agree.
    ///   - by: who changes it, for the gateways' record.
    package init(ports: [Int], routes: [String], by: String) {
        self.ports = ports
        self.routes = routes
        self.by = by
    }

    package init(_ cluster: RunningCluster, routes: [String], by: String) {
        let count = cluster.description.options.gateways
        self.init(ports: (0..<count).map { cluster.ports.admin(.gateway, $0 + 1) }, routes: routes, by: by)
    }

    /// - Throws: ``ClusterError`` when a gateway does not answer, or knows no such migrated route, or is of another epoch.
    package func check(epoch: Int) async throws {
        for port in ports {
            let state = try await state(of: port)
            for name in routes {
                guard let route = state.routes[name] else {
                    throw ClusterError("The gateway at port \(port) has no route \(name) with a migration.")
                }
                guard route.epoch == epoch else {
                    throw ClusterError(
                        "The gateways are in epoch \(route.epoch) of the route \(name), and the stores in \(epoch): "
                            + "an earlier cut-over has not come to its end.")
                }
            }
        }
    }

    /// Sends the writes of all routes somewhere else, and waits until every gateway does so and has none under way that it
    /// sent before.
    ///
    /// - Throws: ``ClusterError`` when that is not so in time; the gateways may have changed it.
    package func set(_ owner: Owner, reason: String) async throws {
        guard let port = ports.first else { throw ClusterError("This cluster has no gateway.") }
        guard try await !isEverywhere(owner) else { return }
        let names = routes.map(\.jsonEscaped).joined(separator: ",")
        let body =
            #"{"by":\#(by.jsonEscaped),"reason":\#(reason.jsonEscaped),"routes":[\#(names)],"owner":"\#(owner.rawValue)"}"#
        let answer = await LoopbackHTTP.send(
            "POST", port: port, path: "/migrations/writes", content: ("application/json", body))
        guard let answer, answer.status == 200, let version = Self.object(answer)?["version"]?.integer else {
            let detail = answer.flatMap(Self.object)?["detail"]?.string
            throw ClusterError("The gateways refuse to change where writes go: \(detail ?? "there is no answer").")
        }
        let deadline = ContinuousClock.now + Self.limit
        for port in ports {
            while try await !hasTaken(version, port, isHeld: owner == .held) {
                guard ContinuousClock.now < deadline else {
                    throw ClusterError("The gateway at port \(port) still has writes under way that it sent before.")
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    /// As when an earlier run has come as far.
    private func isEverywhere(_ owner: Owner) async throws -> Bool {
        for port in ports {
            let state = try await state(of: port)
            guard routes.allSatisfy({ state.routes[$0]?.owner == owner.rawValue }) else { return false }
        }
        return owner != .held
    }

    private func hasTaken(_ version: Int, _ port: Int, isHeld: Bool) async throws -> Bool {
        let state = try await state(of: port)
        guard state.version >= version else { return false }
        return !isHeld || routes.allSatisfy { state.routes[$0]?.inFlight == 0 }
    }

    private struct State {
        struct Route {
            let owner: String
            let epoch: Int
            let inFlight: Int
        }

        let version: Int
        let routes: [String: Route]
    }

    private func state(of port: Int) async throws -> State {
        guard let answer = await LoopbackHTTP.send("GET", port: port, path: "/migrations"), answer.status == 200,
            let object = Self.object(answer), let version = object["version"]?.integer
        else { throw ClusterError("The gateway at port \(port) does not tell of its migrations.") }
        var routes: [String: State.Route] = [:]
        for route in (object["routes"]?.array ?? []).compactMap(\.object) {
            guard let name = route["route"]?.string, let epoch = route["epoch"]?.integer else { continue }
            routes[name] = State.Route(
                owner: route["writes"]?.string ?? "", epoch: epoch,
                // One that does not tell may have some.
                inFlight: route["writes_in_flight"]?.integer ?? 1)
        }
        return State(version: version, routes: routes)
    }

    private static func object(_ answer: LoopbackHTTP.Answer) -> JSONObject? {
        (try? JSONValue(parsing: Array(answer.body.utf8)))?.object
    }
}
