import AsyncHTTPClient
import Auth
import Authentication
import Foundation
import HTTPService
import JSON
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Postgres
import Settings
import TestSupport

/// Instances of the auth service with a database, signing keys and an address of the test's own.
struct AuthUnderTest: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let text: String

        var object: JSONObject { (try? JSONValue(parsing: Array(text.utf8)))?.object ?? JSONObject() }
        subscript(_ name: String) -> String { object[name]?.string ?? "" }
        /// `loc` and `type` of each item of a 422 answer.
        var items: [String] {
            (object["detail"]?.array ?? []).compactMap(\.object).map { item in
                let location = (item["loc"]?.array ?? []).compactMap(\.string).joined(separator: ".")
                return location + " " + (item["type"]?.string ?? "")
            }
        }
    }

    struct Failure: Error {
        let description: String
    }

    let database: TestDatabase
    /// The client's address that requests come from, unless they say another.
    let address = Self.makeAddress()
    private let ports: [Int]
    private let http: HTTPClient

    static let password = "Passw0rd"

    /// A client's address that no other test has, as all tests share the limits' Redis.
    static func makeAddress() -> String {
        let groups = (0..<2).map { _ in String(UInt16.random(in: 1...UInt16.max), radix: 16) }
        return "2001:db8:\(groups[0]):\(groups[1])::1"
    }

    static func with<R: Sendable>(
        instances: Int = 1, settings: [String: String] = [:], _ body: @Sendable (AuthUnderTest) async throws -> R
    ) async throws -> R {
        try await TestDatabase.with { database in
            let keys = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID())")
            try FileManager.default.createDirectory(at: keys, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: keys) }
            try SigningKey.generate().pem.write(
                to: keys.appendingPathComponent("1.pem"), atomically: true, encoding: String.Encoding.utf8)
            let environment = try environment(database, keys: keys.path).merging(settings) { $1 }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                var ports: [Int] = []
                for _ in 0..<instances { ports.append(try await start(environment, &group)) }
                let service = AuthUnderTest(database: database, ports: ports, http: .shared)
                try await service.waitUntilReady()
                let result = try await body(service)
                group.cancelAll()
                while let _ = await group.nextResult() {}
                return result
            }
        }
    }

    private static func environment(_ database: TestDatabase, keys: String) throws -> [String: String] {
        [
            "LISTEN_PORT": "0", "ADMIN_PORT": "0", "DRAIN_DELAY_MS": "0", "SIGNING_KEYS_DIRECTORY": keys,
            "REDIS_URL": try TestEnvironment.value("TEST_REDIS_URL"),
            "REDIS_PASSWORD": try TestEnvironment.value("TEST_REDIS_PASSWORD"),
            "POSTGRES_URLS": try database.url(.auth), "POSTGRES_PASSWORD": TestDatabase.password,
            "REVOCATIONS_NAME": database.name,
            "BCRYPT_COST": "10", "TOKEN_ISSUER": database.name,
            "CONSISTENCY_KEY": String(repeating: "k", count: 32), "MFA_KEY": String(repeating: "m", count: 32),
        ]
    }

    private static func start(
        _ environment: [String: String], _ group: inout ThrowingTaskGroup<Void, any Error>
    ) async throws -> Int {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (listening, announce) = AsyncStream<Int>.makeStream()
        let application = try AuthApplication.make(
            settings: AuthSettings(reader: try await SettingsReader(environment: environment)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
        ) { port in
            announce.yield(port)
            announce.finish()
        }
        group.addTask { try? await application.run() }
        for await port in listening { return port }
        throw Failure(description: "the service did not start")
    }

    private func waitUntilReady() async throws {
        for instance in ports.indices {
            let isReady = try await eventually { try await send("GET", "/health", instance: instance).status == 200 }
            guard isReady else { throw Failure(description: "the service is not ready") }
        }
    }

    /// - Parameters:
    ///   - path: below `/api/v1/auth`, or a whole path that begins with `/.`, `/api` or `/health`.
    ///   - form: sends the body as a form instead of JSON.
    func send(
        _ method: String, _ path: String, _ body: String? = nil, form: Bool = false, token: String? = nil,
        headers: [(String, String)] = [], from address: String? = nil, instance: Int = 0
    ) async throws -> Answer {
        let isWhole = path.hasPrefix("/.") || path.hasPrefix("/api/") || path == "/health"
        var request = HTTPClientRequest(
            url: "http://127.0.0.1:\(ports[instance])" + (isWhole ? "" : "/api/v1/auth") + path)
        request.method = .RAW(value: method)
        request.headers.add(name: "X-Forwarded-For", value: address ?? self.address)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            request.body = .bytes(ByteBuffer(string: body))
            let type = form ? "application/x-www-form-urlencoded" : "application/json"
            if !headers.contains(where: { $0.0 == "Content-Type" }) {
                request.headers.add(name: "Content-Type", value: type)
            }
        }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        let response = try await http.execute(request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 1 << 20)
        return Answer(status: Int(response.status.code), headers: response.headers, text: String(buffer: bytes))
    }

    func register(_ email: String, password: String = Self.password) async throws -> Answer {
        try await send(
            "POST", "/register", "{\"email\":\"\(email)\",\"password\":\"\(password)\",\"full_name\":\"Test\"}")
    }

    func login(
        _ email: String, password: String = Self.password, from address: String? = nil, instance: Int = 0
    ) async throws -> Answer {
        let name = email.replacingOccurrences(of: "@", with: "%40").replacingOccurrences(of: "+", with: "%2B")
        return try await send(
            "POST", "/login", "username=\(name)&password=\(password)", form: true, from: address, instance: instance)
    }

    func refresh(_ token: String, instance: Int = 0) async throws -> Answer {
        try await send("POST", "/refresh", "{\"refresh_token\":\"\(token)\"}", instance: instance)
    }

    /// Registers an account and signs in.
    func signedIn(_ email: String = "alice@example.com") async throws -> (access: String, refresh: String) {
        _ = try await register(email)
        let answer = try await login(email, from: Self.makeAddress())
        guard answer.status == 200 else { throw Failure(description: "login: \(answer.text)") }
        return (answer["access_token"], answer["refresh_token"])
    }

    /// Changes the database behind the service's back.
    func execute(_ sql: String) async throws {
        _ = try await database.session().execute(sql)
    }
}
