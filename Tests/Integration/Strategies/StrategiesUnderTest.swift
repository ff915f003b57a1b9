import APIContract
import Authentication
import Consistency
import Crypto
import HTTPService
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import NIOEmbedded
import Postgres
import Strategies
import Synchronization
import TestSupport

/// The strategies' routes with a real PostgreSQL behind them and, before them, tokens of the form `user-7` or `admin-7`.
struct StrategiesUnderTest: Sendable {
    /// Answers of the service, as its listener would write them.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let text: String

        var json: JSONValue? { try? JSONValue(parsing: Array(text.utf8)) }
        var object: JSONObject { json?.object ?? JSONObject() }
        var id: Int { object["id"]?.integer ?? 0 }
        var ids: [Int] { (json?.array ?? []).compactMap { $0.object?["id"]?.integer } }
        /// The target of `Link: <…>; rel="next"`.
        var next: String? {
            headers[.link].flatMap { link in
                guard link.hasPrefix("<"), link.hasSuffix(">; rel=\"next\"") else { return nil }
                return String(link.dropFirst().prefix { $0 != ">" })
            }
        }
    }

    private struct TokenByName: AccessTokenAuthenticator {
        func authenticate(_ token: String) async throws(AuthenticationError) -> AccessToken {
            let parts = token.split(separator: "-")
            guard parts.count == 2, let role = Role(rawValue: String(parts[0])), let id = Int(parts[1]) else {
                throw .invalid(reason: "test")
            }
            return AccessToken(
                userID: id, tokenID: "j", sessionID: "s", epoch: 0, role: role, issuedAt: 0, expiresAt: 1)
        }
    }

    static let path = StrategyRoutes.path
    static let codec = ConsistencyTokenCodec(key: SymmetricKey(size: .bits256))

    let database: TestDatabase
    let client: PostgresCluster
    let users: [Int]
    /// Woken by the service's changes.
    let events = EventsUnderTest()
    private let responder: ServiceResponder

    /// Runs a test with a database of its own that knows two users.
    static func with<R: Sendable>(_ body: @Sendable (StrategiesUnderTest) async throws -> R) async throws -> R {
        try await TestDatabase.with { database in
            let session = try await database.session()
            let rows = try await session.execute(
                "INSERT INTO users (email, full_name, password_hash) VALUES ('a@x', 'A', 'x'), ('b@x', 'B', 'x') RETURNING id"
            )
            let client = try PostgresCluster(
                configurations: [
                    PostgresConfiguration(
                        url: try database.url(.strategies), password: TestDatabase.password, maximumConnections: 2,
                        applicationName: "test")
                ],
                logger: Logger(label: "test"))
            let service = try StrategiesUnderTest(
                database: database, client: client, users: [0, 1].compactMap { rows.integer($0, 0) })
            return try await withRunning(client) { try await body(service) }
        }
    }

    init(database: TestDatabase, client: PostgresCluster, users: [Int]) throws {
        let proxies = try TrustedProxies("127.0.0.1")
        let router = Router<ServiceRequestContext>.service()
        StrategyRoutes(
            consistency: ConsistencyPolicy(client, codec: Self.codec, translate: APIError.strategies), events: events,
            administratorReads: AdministratorReads(client, proxies: proxies)
        ).add(
            to: router.group("\(StrategyRoutes.path)").add(middleware: AuthenticationMiddleware(TokenByName())))
        self.database = database
        self.client = client
        self.users = users
        responder = ServiceResponder(router: router, logger: Logger(label: "test"), translate: APIError.strategies)
    }

    /// - Parameters:
    ///   - target: below the strategies' path, or a whole path.
    ///   - user: 0 or 1, the first or the second user.
    ///   - role: as the token has it.
    func send(
        _ method: HTTPRequest.Method, _ target: String = "", as user: Int = 0, role: Role = .user,
        headers: HTTPFields = [:], body: String? = nil
    ) async throws -> Answer {
        var headers = headers
        headers[.authorization] = "Bearer \(role.rawValue)-\(users[user])"
        headers[.xRequestID] = "request-1"
        if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: nil, authority: nil,
                path: target.hasPrefix("/api") ? target : Self.path + target,
                headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body ?? "")))
        let response = try await responder.respond(to: request, channel: EmbeddedChannel())
        let collector = Collector()
        try await response.body.write(collector)
        return Answer(
            status: response.status.code, headers: response.headers,
            text: String(decoding: collector.bytes, as: UTF8.self))
    }

    /// A strategy of which only the name matters; its id.
    @discardableResult
    func create(_ name: String, as user: Int = 0, rest: String = "") async throws -> Int {
        try await send(.post, as: user, body: "{\"strategy_name\":\(name.jsonEscaped)\(rest)}").id
    }
}

private final class Collector: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []
    func write(_ buffer: ByteBuffer) async throws { bytes.append(contentsOf: buffer.readableBytesView) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// Counts how often it is woken.
final class EventsUnderTest: EventPublisher {
    private let count = Atomic(0)

    var wakes: Int { count.load(ordering: .relaxed) }

    func wake() { count.add(1, ordering: .relaxed) }
}
