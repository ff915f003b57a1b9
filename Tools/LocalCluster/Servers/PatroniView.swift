package import JSON

/// A cluster as Patroni shows it (`GET /cluster`).
package struct PatroniView: Hashable, Sendable {
    /// Who leads; `nil` while nobody does.
    package private(set) var leader: PostgresServer?
    /// Who has all that was confirmed, and may take over.
    package private(set) var synchronous: Set<PostgresServer> = []
    /// Who streams from the leader.
    package private(set) var running: Set<PostgresServer> = []
    /// The leader's timeline, which every promotion raises.
    package private(set) var timeline = 0

    /// - Returns: `nil` for what is not Patroni's answer.
    package init?(_ answer: JSONValue) {
        guard let members = answer.object?["members"]?.array else { return nil }
        for member in members.compactMap(\.object) {
            guard let server = member["name"]?.string.flatMap(PostgresServer.init(name:)) else { continue }
            guard ["running", "streaming"].contains(member["state"]?.string) else { continue }
            running.insert(server)
            switch member["role"]?.string {
            case "leader":
                leader = server
                timeline = member["timeline"]?.integer ?? 0
            case "sync_standby": synchronous.insert(server)
            default: break
            }
        }
    }
}
