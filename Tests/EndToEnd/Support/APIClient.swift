import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1

/// Speaks to the public API as any client would.
struct APIClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let bytes: [UInt8]

        /// The body as JSON; `null` when it is none.
        var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }
        var object: JSONObject { json.object ?? JSONObject() }
        var text: String { String(decoding: bytes, as: UTF8.self) }
        subscript(member: String) -> JSONValue? { object[member] }
    }

    let baseURL: String
    var token: String?
    /// What a client that reads its own writes echoes.
    var consistency: ConsistencyMemory?
    var timeout: TimeAmount = .seconds(30)

    init(_ baseURL: String, token: String? = nil) {
        self.baseURL = baseURL
        self.token = token
    }

    func with(token: String?) -> APIClient {
        var copy = self
        copy.token = token
        copy.consistency = nil
        return copy
    }

    func at(_ baseURL: String) -> APIClient {
        var copy = APIClient(baseURL, token: token)
        copy.timeout = timeout
        copy.consistency = consistency
        return copy
    }

    func send(
        _ method: HTTPMethod, _ path: String, headers: [(String, String)] = [],
        body: (type: String, text: String)? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let known = consistency?.token { request.headers.add(name: ConsistencyMemory.field, value: known) }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let body {
            request.headers.replaceOrAdd(name: "Content-Type", value: body.type)
            request.body = .bytes(Array(body.text.utf8))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: timeout)
        consistency?.remember(response.headers.first(name: ConsistencyMemory.field))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers, bytes: Array(bytes.readableBytesView))
    }

    func get(_ path: String, headers: [(String, String)] = []) async throws -> Answer {
        try await send(.GET, path, headers: headers)
    }

    func post(_ path: String, json: String, headers: [(String, String)] = []) async throws -> Answer {
        try await send(.POST, path, headers: headers, body: ("application/json", json))
    }

    func login(_ email: String, _ password: String, headers: [(String, String)] = []) async throws -> Answer {
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
        }
        return try await send(
            .POST, "/api/v1/auth/login", headers: headers,
            body: ("application/x-www-form-urlencoded", "username=\(encoded(email))&password=\(encoded(password))"))
    }
}
