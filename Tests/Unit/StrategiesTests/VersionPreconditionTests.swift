import APIContract
import HTTPTypes
import Postgres
import Strategies
import Testing

@Suite("If-Match and If-None-Match on a strategy")
struct VersionPreconditionTests {
    static let fields: [(String?, VersionPrecondition)] = [
        (nil, .any), ("*", .any), (#""17-3""#, .only([3])), (#""17-3", "17-5""#, .only([3, 5])),
        (#""18-3""#, .only([])), (#"W/"17-3""#, .only([])), (#""17-03""#, .only([])),
        ("17-3", .only([])),
        ("", .only([])), (#""17""#, .only([])), (#""17-99999999999999999999""#, .only([])),
        (#""17-3}'; DROP""#, .only([])),
    ]

    @Test("names versions of that very row", arguments: fields)
    func parsing(field: String?, expected: VersionPrecondition) {
        var headers = HTTPFields()
        headers[.ifMatch] = field
        #expect(VersionPrecondition(headers, id: 17) == expected)
    }

    static let noneFields: [(String?, String, VersionPrecondition)] = [
        (nil, "*", .only([])), (nil, #""17-3""#, .except([3])), (nil, #"W/"17-3", "17-5""#, .except([3, 5])),
        (nil, #""18-3""#, .any), (nil, "17-3", .any), ("*", #""17-3""#, .except([3])),
        (#""17-3", "17-4""#, #""17-3""#, .only([4])), (#""17-3""#, "*", .only([])),
    ]

    @Test("If-None-Match takes versions away", arguments: noneFields)
    func noneMatch(match: String?, noneMatch: String, expected: VersionPrecondition) {
        var headers: HTTPFields = [.ifNoneMatch: noneMatch]
        headers[.ifMatch] = match
        #expect(VersionPrecondition(headers, id: 17) == expected)
    }

    @Test("allows what it names")
    func allows() {
        #expect(VersionPrecondition.any.allows(1))
        #expect(VersionPrecondition.only([2, 3]).allows(3))
        #expect(!VersionPrecondition.only([]).allows(1))
        #expect(VersionPrecondition.except([2]).allows(1) && !VersionPrecondition.except([2]).allows(2))
        #expect(VersionPrecondition.any.parameters == [.text("{}"), false])
        #expect(VersionPrecondition.only([2, 3]).parameters == [.text("{2,3}"), true])
    }

    static let causes: [(any Error & Sendable, Int?, String?)] = [
        (StrategyChangeError.notFound, 404, "not_found"), (StrategyChangeError.stale, 412, "precondition_failed"),
        (PostgresError(.unavailable, "x"), 503, "database_unavailable"),
        (PostgresError(.deadlineExceeded, "x"), 503, "database_unavailable"),
        (PostgresError(.queueFull, "x"), 503, "database_unavailable"),
        (PostgresError(.outcomeUnknown, "x"), 503, "outcome_unknown"),
        (PostgresError(.server, "x", sqlState: "23503"), 401, "not_authenticated"),
        (PostgresError(.server, "x", sqlState: "22003"), 422, "validation_failed"),
        (PostgresError(.server, "x", sqlState: "57014"), 503, "database_unavailable"),
        (PostgresError(.server, "x", sqlState: "53100"), 503, "database_unavailable"),
        (PostgresError(.server, "x", sqlState: "42501"), nil, nil), (PostgresError(.protocolViolation, "x"), nil, nil),
        (CancellationError(), nil, nil),
    ]

    @Test("what went wrong below has one answer above", arguments: causes)
    func translation(error: any Error & Sendable, status: Int?, code: String?) {
        let translated = APIError.strategies(error)
        #expect(translated?.status == status && translated?.code.rawValue == code)
        #expect(status != 503 || translated?.headers.contains { $0.name == "Retry-After" } == true)
    }
}
