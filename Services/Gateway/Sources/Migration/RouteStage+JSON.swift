package import JSON

// How a stage is kept and shown.
extension RouteStage {
    package var json: JSONObject {
        var json = JSONObject()
        json["stage"] = .string(stage.name)
        json["percent"] = stage.percent.map { .number("\($0)") } ?? .null
        json["writes"] = .string(writes)
        json["owner"] = .string(owner.rawValue)
        json["epoch"] = .number("\(epoch)")
        json["version"] = .number("\(version)")
        json["since"] = .number("\(since)")
        var pinned = JSONObject()
        for (user, side) in pins.sorted(by: { $0.key < $1.key }) { pinned["\(user)"] = .string(side.rawValue) }
        json["pins"] = .object(pinned)
        json["changed_at"] = .number("\(changedAt)")
        json["changed_by"] = .string(changedBy)
        json["reason"] = .string(reason)
        return json
    }

    /// `nil` for what is no stage.
    package init?(json: JSONObject) {
        guard let name = json["stage"]?.string,
            let stage = MigrationStage(name: name, percent: json["percent"]?.integer),
            let owner = json["owner"]?.string.flatMap(MigrationSide.init(rawValue:)),
            let epoch = json["epoch"]?.integer, epoch > 0, let version = json["version"]?.integer
        else { return nil }
        self.init(stage, owner: owner)
        holdsWrites = json["writes"]?.string == "held"
        self.epoch = epoch
        since = json["since"]?.integer ?? 0
        self.version = version
        for pin in json["pins"]?.object?.members ?? [] {
            guard let user = Int(pin.name), let side = pin.value.string.flatMap(MigrationSide.init(rawValue:)) else {
                return nil
            }
            pins[user] = side
        }
        changedAt = json["changed_at"]?.integer ?? 0
        changedBy = json["changed_by"]?.string ?? ""
        reason = json["reason"]?.string ?? ""
    }
}

extension MigrationStages {
    package var json: JSONObject {
        var json = JSONObject()
        json["version"] = .number("\(version)")
        var routes = JSONObject()
        for (name, stage) in self.routes.sorted(by: { $0.key < $1.key }) { routes[name] = .object(stage.json) }
        json["routes"] = .object(routes)
        return json
    }

    /// `nil` for what holds no stages; a route that cannot be read makes the whole unreadable, as its owner of writes would be
    /// guessed otherwise.
    package init?(json: JSONObject, source: Source) {
        guard let version = json["version"]?.integer, let members = json["routes"]?.object?.members else { return nil }
        var routes: [String: RouteStage] = [:]
        for member in members {
            guard let stage = member.value.object.flatMap({ RouteStage(json: $0) }) else { return nil }
            routes[member.name] = stage
        }
        self.init(routes, version: version, source: source)
    }
}
