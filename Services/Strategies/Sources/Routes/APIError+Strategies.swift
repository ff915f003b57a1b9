package import APIContract
import Consistency
import Postgres

extension APIError {
    /// What an error of this service means for a client; `nil` for what nobody foresaw.
    package static func strategies(_ error: any Error) -> APIError? {
        switch error {
        case StrategyChangeError.notFound: .notFound
        case StrategyChangeError.stale:
            APIError(412, .preconditionFailed, "What is there is not the version that the request allows")
        case let error as PostgresError: database(error)
        default: nil
        }
    }

    private static func database(_ error: PostgresError) -> APIError? {
        switch error.code {
        case .unavailable, .deadlineExceeded, .queueFull, .cancelled, .revisionLost: databaseUnavailable
        case .behind: replicaBehind
        case .outcomeUnknown:
            .unavailable(.outcomeUnknown, "The change was sent to the database, and whether it was made is not known")
        case .invalidParameter: notStorable
        case .server: error.sqlState.flatMap(database(sqlState:))
        case .configuration, .protocolViolation: nil
        }
    }

    /// PostgreSQL's manual, appendix A.
    private static func database(sqlState: String) -> APIError? {
        switch sqlState {
        // The caller's account is gone, and the token outlived it.
        case "23503": .unauthorized
        // A value that passed our rules and not PostgreSQL's: data exceptions and limits of a program.
        case _ where sqlState.hasPrefix("22") || sqlState.hasPrefix("54"): notStorable
        // A migrated user's write, while the other store is their owner or in an older epoch than the present one.
        case "CD003": .unavailable(.writesMoved, "Changes belong to another service just now, try again")
        // Resources, an operator's intervention, a read-only server, a deadlock: another try may do better.
        case _ where ["08", "53", "57", "40", "25", "CD"].contains(sqlState.prefix(2)): databaseUnavailable
        default: nil
        }
    }

    private static let databaseUnavailable = APIError.unavailable(
        .databaseUnavailable, "The database is not available at the moment")

    private static let notStorable = APIError.validation([
        FieldError(["body"], "the database cannot store a value of this body", type: "value_error.storage")
    ])
}
