import APIContract
import Auth
import Authentication
import Postgres
import Redis
import Testing

@Suite("What errors mean for a client")
struct AuthErrorsTests {
    static let secret = "hunter2"

    @Test(
        "each has its status and code, and tells nothing of the inside",
        arguments: [
            (SessionError.invalidToken, 401, "not_authenticated"),
            (SessionError.accountUnavailable, 401, "not_authenticated"),
            (SessionError.tokenReused(userID: 7, sessionID: secret), 401, "refresh_reused"),
            (SessionError.contended, 503, "database_unavailable"),
            (PasswordHashingError.overloaded(retryAfter: 3), 503, "overloaded"),
            (PasswordHashingError.cancelled, 503, "overloaded"),
            (AuthenticationError.unavailable(reason: secret), 503, "authentication_unavailable"),
            (AuthenticationError.invalid(reason: secret), 401, "not_authenticated"),
            (PostgresError(.unavailable, secret), 503, "database_unavailable"),
            (PostgresError(.outcomeUnknown, secret), 503, "outcome_unknown"),
            (PostgresError(.server, secret, sqlState: "53300"), 503, "database_unavailable"),
            (RedisError(.deadlineExceeded, secret), 503, "limiter_unavailable"),
        ] as [(any Error, Int, String)])
    func mapping(error: any Error, status: Int, code: String) throws {
        let answer = try #require(APIError.auth(error))
        #expect(answer.status == status)
        #expect(answer.code.rawValue == code)
        #expect(!answer.body(requestID: "r").contains(Self.secret))
        if status == 401 { #expect(answer.headers.contains { $0.name == "WWW-Authenticate" && $0.value == "Bearer" }) }
        if status == 503 { #expect(answer.headers.contains { $0.name == "Retry-After" }) }
    }

    @Test("a full queue passes on its time")
    func retryAfter() {
        let answer = APIError.auth(PasswordHashingError.overloaded(retryAfter: 3))
        #expect(answer?.headers.first { $0.name == "Retry-After" }?.value == "3")
    }

    @Test("what nobody foresaw is not explained")
    func unforeseen() {
        #expect(APIError.auth(PostgresError(.server, Self.secret, sqlState: "42601")) == nil)
        #expect(APIError.auth(PostgresError(.protocolViolation, Self.secret)) == nil)
    }
}
