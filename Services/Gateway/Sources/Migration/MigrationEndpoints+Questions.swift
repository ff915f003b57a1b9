import FoundationEssentials
package import JSON

// What the public port's administrators learn and order: as the private port does, in the forms of the public API.
extension MigrationEndpoints {
    /// - Parameter question: `{"do":"list"}`, or `show`, `advance`, `rollback` or `pin` with a `route`; an order with the
    ///   members of its ``MigrationOrder``.
    /// - Returns: `{"body":…}`, or `{"refused":CODE,"detail":SENTENCE}` with a code of ``MigrationRefusal``.
    package func answer(_ question: JSONObject) async -> JSONObject {
        do throws(MigrationRefusal) {
            return JSONObject(["body": .object(try await body(question))])
        } catch {
            return JSONObject(["refused": .string(error.code), "detail": .string(error.sentence)])
        }
    }

    private func body(_ question: JSONObject) async throws(MigrationRefusal) -> JSONObject {
        let route = question["route"]?.string ?? ""
        switch question["do"]?.string {
        case "list":
            let routes = await all()["routes"]?.array ?? []
            return JSONObject(["routes": .array(routes.compactMap(\.object).map { .object(Self.shown($0)) })])
        case "show":
            return try await details(of: route)
        case "advance":
            let order = try MigrationOrder(question)
            _ = try await carryOut(order, try await advance(route, order))
            return try await details(of: route)
        case let name?:
            guard let change = Self.changes.first(where: { $0.0 == name })?.1 else {
                throw .malformed("nothing is called \(name)")
            }
            _ = try await carryOut(try MigrationOrder(question), plan(route, change, try MigrationOrder(question)))
            return try await details(of: route)
        case nil:
            throw .malformed("it does not say what to do")
        }
    }

    /// A route with its evidence, where its answers differ, and how it came to where it is.
    private func details(of route: String) async throws(MigrationRefusal) -> JSONObject {
        let found = try await one(route)
        let differences = try await differences(of: route)
        var json = Self.shown(found)
        for name in ["evidence", "missing"] { json[name] = found[name] ?? .null }
        json["allowed_mismatch_rate"] = await control.migrations()[route].map {
            .number("\($0.guards.mismatches)")
        }
        json["places"] = differences["places"] ?? .array([])
        json["samples"] = .array((differences["samples"]?.array ?? []).map { Self.dated($0, "at") })
        json["changes"] = .array(
            (try await changes(of: route)["changes"]?.array ?? []).prefix(Self.shownChanges).map {
                Self.dated($0, "at")
            })
        return json
    }

    /// What the file says has no time. What only this gateway knows is left out: the next answer is another gateway's.
    private static func shown(_ route: JSONObject) -> JSONObject {
        var json = JSONObject()
        for name in shownMembers { json[name] = route[name] ?? .null }
        return dated(.object(json), "changed_at").object ?? json
    }

    /// Seconds since 1970 as a time of the API; null for none.
    private static func dated(_ value: JSONValue, _ name: String) -> JSONValue {
        guard var json = value.object else { return value }
        let seconds = json[name]?.integer ?? 0
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        json[name] = seconds > 0 ? .string(date.formatted(.iso8601)) : .null
        return .object(json)
    }

    private static let shownMembers = [
        "route", "legacy", "candidate", "stage", "percent", "writes", "epoch", "version", "pins", "changed_at",
        "changed_by",
        "reason",
    ]
    private static let shownChanges = 100
}
