/// Why a route's stage was not changed.
package enum MigrationRefusal: Error, Sendable, Hashable {
    /// The configuration has no such route, or it does not move.
    case unknownRoute(String)
    /// The order itself cannot be read.
    case malformed(String)
    /// What is asked for cannot be, as things stand.
    case refused(String)
    /// Redis, where stages are kept, does not answer.
    case unavailable(String)

    package var sentence: String {
        switch self {
        case .unknownRoute(let name): "There is no route \(name) that moves"
        case .malformed(let reason): "The order is malformed: \(reason)"
        case .refused(let reason): "Not changed: \(reason)"
        case .unavailable(let reason): "Stages cannot be changed at the moment: \(reason)"
        }
    }

    /// For programs.
    package var code: String {
        switch self {
        case .unknownRoute: "not_found"
        case .malformed: "validation_failed"
        case .refused: "migration_refused"
        case .unavailable: "stages_unavailable"
        }
    }
}
