import APIContract
import Authentication
import HTTPService
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Testing

@Suite("who is let in")
struct AuthenticationMiddlewareTests {
    private struct Stub: AccessTokenAuthenticator {
        func authenticate(_ token: String) async throws(AuthenticationError) -> AccessToken {
            switch token {
            case "good":
                return AccessToken(
                    userID: 7, tokenID: "j", sessionID: "s", epoch: 0, role: .user, issuedAt: 0, expiresAt: 1)
            case "revoked": throw .revoked
            case "unknowable": throw .unavailable(reason: "Redis is away")
            default: throw .invalid(reason: "signature")
            }
        }
    }

    private func respond(_ headers: HTTPFields) async throws -> Response {
        let router = Router<ServiceRequestContext>.service()
        router.group("/private").add(middleware: AuthenticationMiddleware(Stub())).get { _, context in
            Response.json("\(try context.requireCaller().userID)")
        }
        let responder = ServiceResponder(
            router: router, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let request = Request(
            head: HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/private", headerFields: headers),
            body: RequestBody(buffer: ByteBuffer()))
        return try await responder.respond(to: request, channel: EmbeddedChannel())
    }

    @Test("a good token, by header and by cookie")
    func good() async throws {
        #expect(try await respond([.authorization: "Bearer good"]).status == .ok)
        #expect(try await respond([.cookie: "cryptodesk_access=good"]).status == .ok)
    }

    static let refused: [HTTPFields] = [
        [:], [.authorization: "Bearer bad"], [.authorization: "Bearer revoked"], [.authorization: "Basic good"],
        [.authorization: "Bearer good, Bearer good"], [.cookie: "cryptodesk_access=bad"],
    ]

    @Test("nobody else, whatever identity headers come along", arguments: refused)
    func unauthorized(headers: HTTPFields) async throws {
        var headers = headers
        for name in ["X-User-Id", "X-Cryptodesk-User-Id", "X-Forwarded-User", "Remote-User"] {
            headers[try #require(HTTPField.Name(name))] = "7"
        }
        let response = try await respond(headers)
        #expect(response.status == .unauthorized)
        #expect(response.headers[.wwwAuthenticate] == "Bearer")
    }

    @Test("what cannot be known is a 503, never a 401 and never a 200")
    func unavailable() async throws {
        let response = try await respond([.authorization: "Bearer unknowable"])
        #expect(response.status == .serviceUnavailable)
        #expect(response.headers[.retryAfter] == "1")
    }
}
