import AsyncHTTPClient
import Glibc
import JSON
import LocalCluster
import NIOCore
import NIOHTTP1

/// Signed in to a cluster's API, as any client would be. The token is renewed by signing in again.
actor APISession {
    private let url: String
    private let email: String
    private let password: String
    private var token: String?

    init(url: String, email: String, password: String) {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.email = email
        self.password = password
    }

    /// Sends a request with a body that can be sent again.
    ///
    /// - Throws: ``ClusterError`` when the cluster lets nobody in; what the connection throws.
    func send(
        _ method: HTTPMethod, _ path: String, headers: HTTPHeaders = [:], body: HTTPClientRequest.Body? = nil,
        timeout: TimeAmount = .minutes(10)
    ) async throws -> HTTPClientResponse {
        for isLast in [false, true] {
            var request = HTTPClientRequest(url: url + path)
            request.method = method
            request.headers = headers
            request.headers.add(name: "Authorization", value: "Bearer \(try await accessToken())")
            request.body = body
            let response = try await HTTPClient.shared.execute(request, timeout: timeout)
            guard response.status == .unauthorized, !isLast else { return response }
            token = nil
        }
        throw ClusterError("\(email) was signed out.")
    }

    private func accessToken() async throws -> String {
        if let token { return token }
        var request = HTTPClientRequest(url: url + "/api/v1/auth/login")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(Array("username=\(Self.encoded(email))&password=\(Self.encoded(password))".utf8))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 20)
        guard response.status == .ok,
            let token = try JSONValue(parsing: body.readableBytesView).object?["access_token"]?.string
        else { throw ClusterError("\(url) does not let \(email) in: \(APIRefusal(response.status, body))") }
        self.token = token
        return token
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}

/// What an answer says that is no success.
struct APIRefusal: Error, CustomStringConvertible {
    let status: Int
    let code: String
    let description: String

    init(_ status: HTTPResponseStatus, _ body: ByteBuffer) {
        let object = try? JSONValue(parsing: body.readableBytesView).object
        self.status = Int(status.code)
        code = object?["code"]?.string ?? ""
        description = "\(status.code) \(object?["detail"].map(Self.text) ?? status.reasonPhrase)"
    }

    /// A `detail` for people.
    static func text(_ detail: JSONValue) -> String {
        if let sentence = detail.string { return sentence }
        return (detail.array ?? []).compactMap(\.object).map { item in
            let location = (item["loc"]?.array ?? []).dropFirst().compactMap(\.string).joined(separator: ".")
            return [location, item["msg"]?.string ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
        }.joined(separator: "; ")
    }
}
