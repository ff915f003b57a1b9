import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1

/// An account of a drill's own: registered through the API, and deleted with all that it made.
struct DrillUser: Sendable {
    private static let password = "Drill-Pass-7"

    /// What came of one request; the body is empty when it was cut off.
    struct Answer {
        let outcome: DrillRequest.Outcome
        let body: JSONObject
    }

    let id: Int
    private let baseURL: String
    private let token: String
    private let client: HTTPClient

    /// - Throws: ``DrillError`` when the cluster lets nobody register or sign in.
    static func make(_ client: HTTPClient, baseURL: String) async throws -> DrillUser {
        let email = "drill-\(UInt64.random(in: 0 ... .max))@example.com"
        let registered = await send(
            client, .POST, baseURL + "/api/v1/auth/register", expecting: 201,
            json: #"{"email":"\#(email)","password":"\#(password)","full_name":"Drill"}"#)
        guard let id = registered.body["id"]?.integer else {
            throw DrillError("No account could be made: \(registered.outcome.failure ?? "no id").")
        }
        let login = await logIn(client, baseURL: baseURL, email: email, password: password, expecting: 200)
        guard let token = login.body["access_token"]?.string else {
            throw DrillError("Nobody can sign in: \(login.outcome.failure ?? "no token").")
        }
        return DrillUser(id: id, baseURL: baseURL, token: token, client: client)
    }

    func read() async -> Answer {
        await Self.send(client, .GET, baseURL + "/api/v1/strategies?limit=1", expecting: 200, token: token)
    }

    /// Creates a strategy; its name is the key under which a repeat creates nothing more.
    func write(_ name: String) async -> Answer {
        await Self.send(
            client, .POST, baseURL + "/api/v1/strategies", expecting: 201, token: token,
            json: #"{"strategy_name":"\#(name)","parameters":{}}"#, key: name)
    }

    /// A login that is refused as it should be: of an account that there is not.
    func logInWrongly() async -> Answer {
        await Self.logIn(
            client, baseURL: baseURL, email: "drill-\(UInt64.random(in: 0 ... .max))@example.com", password: "Wrong-1",
            expecting: 401)
    }

    /// Removes the account and all that it made.
    func delete() async {
        _ = await Self.send(
            client, .DELETE, baseURL + "/api/v1/auth/me", expecting: 204, token: token,
            json: #"{"password":"\#(Self.password)"}"#)
    }

    // MARK: HTTP

    private static func logIn(
        _ client: HTTPClient, baseURL: String, email: String, password: String, expecting status: Int
    ) async -> Answer {
        let form = "username=\(email.replacing("@", with: "%40"))&password=\(password)"
        return await send(
            client, .POST, baseURL + "/api/v1/auth/login", expecting: status,
            content: ("application/x-www-form-urlencoded", form))
    }

    private static func send(
        _ client: HTTPClient, _ method: HTTPMethod, _ url: String, expecting status: Int, token: String? = nil,
        json: String, key: String? = nil
    ) async -> Answer {
        await send(
            client, method, url, expecting: status, token: token, content: ("application/json", json), key: key)
    }

    private static func send(
        _ client: HTTPClient, _ method: HTTPMethod, _ url: String, expecting status: Int, token: String? = nil,
        content: (type: String, body: String)? = nil, key: String? = nil
    ) async -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let key { request.headers.add(name: "Idempotency-Key", value: key) }
        if let content {
            request.headers.add(name: "Content-Type", value: content.type)
            request.body = .bytes(Array(content.body.utf8))
        }
        do {
            let response = try await client.execute(request, timeout: .seconds(30))
            let bytes = try await response.body.collect(upTo: 1 << 20)
            let body = (try? JSONValue(parsing: Array(bytes.readableBytesView)))?.object ?? JSONObject()
            guard Int(response.status.code) != status else { return Answer(outcome: .answered, body: body) }
            let outcome = DrillRequest.Outcome.refused(
                status: Int(response.status.code), code: body["code"]?.string ?? "",
                canRetry: response.headers.contains(name: "Retry-After"))
            return Answer(outcome: outcome, body: body)
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            return Answer(outcome: .cut("no answer in 30 s"), body: JSONObject())
        } catch {
            return Answer(outcome: .cut("connection cut"), body: JSONObject())
        }
    }
}
