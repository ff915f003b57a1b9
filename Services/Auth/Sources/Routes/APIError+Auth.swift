package import APIContract
import Authentication
import Consistency
import Postgres
import Redis

extension APIError {
    /// What an error of this service means for a client; nil for what nobody foresaw.
    package static func auth(_ error: any Error) -> APIError? {
        switch error {
        case let error as SessionError: session(error)
        case OwnerError.wrongPassword: wrongPassword
        case OwnerError.tooManyAttempts(let retryAfter): .tooManyRequests(retryAfter: retryAfter)
        case AdministrationError.notPermitted: .forbidden
        case AdministrationError.noSuchAccount: .notFound
        case AdministrationError.lastAdmin:
            .conflict(.lastAdmin, "The last active administrator cannot be disabled or demoted")
        case AdministrationError.noFigures:
            .unavailable(.upstreamUnavailable, "The gateways' figures are not available at the moment")
        case AdministrationError.noSuchRoute: .notFound
        case AdministrationError.orderRefused(let reason): .conflict(.conflict, reason)
        case AdministrationError.orderUnanswered:
            .unavailable(.outcomeUnknown, "A gateway has the order, and whether it carried it out is not known")
        case APIKeyError.tooMany:
            .conflict(.tooManyAPIKeys, "The account has as many API keys as it may have; delete one that is not needed")
        case let error as LoginRefused:
            .tooManyRequests(retryAfter: error.allowance.resetAfter).adding(error.allowance.headers)
        case let error as SecondFactorError: secondFactor(error)
        case let error as PasswordHashingError: hashing(error)
        case let error as AuthenticationError: authentication(error)
        case let error as PostgresError: database(error)
        case is RedisError:
            .unavailable(.limiterUnavailable, "Signing in is not possible at the moment")
        default: nil
        }
    }

    /// 401 of the login: which of name and password is wrong is not told.
    package static let wrongCredentials = APIError(
        401, .invalidCredentials, "Incorrect email or password", headers: [Header("WWW-Authenticate", "Bearer")])

    /// 403, for whoever is signed in: a 401 would tell his client that he is not.
    package static let wrongPassword = APIError(403, .wrongPassword, "The password is not right")

    /// 401: name and password are right, and the account asks for a code besides.
    ///
    /// - Parameter token: what `POST /login/mfa` asks for.
    package static func mfaRequired(token: String? = nil) -> APIError {
        var error = APIError(
            401, .mfaRequired, "A code of the second factor is needed besides",
            headers: [Header("WWW-Authenticate", "Bearer")])
        error.members = token.map { [Member("mfa_token", $0)] } ?? []
        return error
    }

    /// 401: the client begins anew, with name and password.
    package static let invalidMFAToken = APIError(
        401, .invalidMFAToken, "The login has expired; sign in again", headers: [Header("WWW-Authenticate", "Bearer")])

    /// 401 of the login.
    package static let invalidCode = APIError(
        401, .invalidCode, "The code is not right", headers: [Header("WWW-Authenticate", "Bearer")])

    /// 401 of the login.
    package static let codeReused = APIError(
        401, .codeReused, "The code was used before; wait for the next one",
        headers: [Header("WWW-Authenticate", "Bearer")])

    /// 403: cookies that go over the network in the clear would be anybody's.
    package static let httpsRequired = APIError(
        403, .httpsRequired, "A browser session needs https, or http on the machine of the browser")

    package static let emailTaken = APIError.conflict(.emailTaken, "An account with this email already exists")

    private static func session(_ error: SessionError) -> APIError {
        switch error {
        case .accountUnavailable, .invalidToken: .unauthorized
        case .tokenReused: .refreshReused
        case .contended: databaseUnavailable
        }
    }

    /// For whoever is signed in; a login has its own answers to a code.
    private static func secondFactor(_ error: SecondFactorError) -> APIError? {
        switch error {
        case .alreadyEnabled: .conflict(.mfaAlreadyEnabled, "The second factor is on; turn it off first")
        case .notEnabled: .conflict(.mfaNotEnabled, "The second factor is not on")
        case .notPending: .conflict(.mfaNotPending, "There is no secret to confirm; ask for one first")
        case .wrongCode: APIError(403, .wrongCode, "The code is not right")
        case .reusedCode: APIError(403, .codeReused, "The code was used before; wait for the next one")
        case .tooManyAttempts(let retryAfter): .tooManyRequests(retryAfter: retryAfter)
        case .unreadableSecret: nil
        }
    }

    static func hashing(_ error: PasswordHashingError) -> APIError {
        switch error {
        case .overloaded(let retryAfter):
            .unavailable(.overloaded, "Too many people are signing in at the moment", retryAfter: retryAfter)
        case .cancelled, .unavailable: .unavailable(.overloaded, "The request was given up")
        }
    }

    private static func authentication(_ error: AuthenticationError) -> APIError {
        switch error {
        case .invalid, .revoked: .unauthorized
        case .unavailable:
            .unavailable(.authenticationUnavailable, "Authentication is not available at the moment")
        }
    }

    private static func database(_ error: PostgresError) -> APIError? {
        switch error.code {
        case .unavailable, .deadlineExceeded, .queueFull, .cancelled, .revisionLost: databaseUnavailable
        case .behind: replicaBehind
        case .outcomeUnknown:
            .unavailable(.outcomeUnknown, "The change was sent to the database, and whether it was made is not known")
        case .invalidParameter:
            .validation([
                FieldError(["body"], "the database cannot store a value of this body", type: "value_error.storage")
            ])
        case .server:
            // Classes of SQLSTATE after which another try may do better (PostgreSQL's manual, appendix A).
            ["08", "53", "57", "40", "25", "CD"].contains(error.sqlState?.prefix(2)) ? databaseUnavailable : nil
        case .configuration, .protocolViolation: nil
        }
    }

    private static let databaseUnavailable = APIError.unavailable(
        .databaseUnavailable, "The database is not available at the moment")
}
