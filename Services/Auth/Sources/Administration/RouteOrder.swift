import HTTPService
package import JSON

/// What an administrator orders for a route that moves. The gateways decide whether it can be.
package struct RouteOrder: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case advance, rollback, pin

        var audit: AuditEntry.Action {
            switch self {
            case .advance: .routeAdvance
            case .rollback: .routeRollback
            case .pin: .routePin
            }
        }
    }

    package let kind: Kind
    package let route: String
    /// The members of the body, which the gateways read as they are; whole numbers are written as such.
    package let members: JSONObject

    /// In characters; in UTF-8 it is within what gateways take.
    private static let longestReason = 120

    /// - Throws: ``APIError`` 422 with an item for each member that is wrong.
    package init(_ kind: Kind, of route: String, validating object: JSONObject) throws {
        var body = ObjectValidator(object)
        _ = body.string("reason", length: 1...Self.longestReason)
        Self.checkNumber("version", in: 0...Int.max, &body)
        switch kind {
        case .advance:
            Self.checkNumber("percent", in: 1...99, &body)
            if let force = body.value("force"), force.bool == nil {
                body.fail("force", "a boolean is expected", type: "type_error.bool")
            }
        case .rollback:
            _ = body.choice("to", of: ["legacy", "shadow"], default: "")
        case .pin:
            if body.requiredValue("user") != nil { Self.checkNumber("user", in: 1...Int.max, &body) }
            _ = body.choice("side", of: ["legacy", "candidate", "none"])
        }
        try body.finish()
        var members = object
        for name in ["version", "percent", "user"] {
            if let number = object[name].flatMap(Self.wholeNumber) { members[name] = .number("\(number)") }
        }
        (self.kind, self.route, self.members) = (kind, route, members)
    }

    /// `5.0` is a whole number as well (JSON Schema, Validation §6.1.1).
    private static func wholeNumber(_ value: JSONValue) -> Int? {
        guard case .number(let text) = value else { return nil }
        return Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
    }

    private static func checkNumber(_ name: String, in range: ClosedRange<Int>, _ body: inout ObjectValidator) {
        guard let value = body.value(name) else { return }
        guard let number = wholeNumber(value), range.contains(number) else {
            let end = range.upperBound == .max ? "" : " to \(range.upperBound)"
            return body.fail(
                name, "a whole number from \(range.lowerBound)\(end) is expected", type: "type_error.integer")
        }
    }

    /// As ``GatewayQuestions`` carry it.
    ///
    /// - Parameter userID: who orders it.
    func question(by userID: Int) -> JSONObject {
        var json = members
        json["do"] = .string(kind.rawValue)
        json["route"] = .string(route)
        json["by"] = .string("administrator \(userID)")
        return json
    }

    /// For the audit log.
    var details: JSONObject {
        var json = members
        json["route"] = .string(route)
        return json
    }
}
