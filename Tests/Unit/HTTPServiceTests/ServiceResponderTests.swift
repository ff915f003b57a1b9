import APIContract
import Authentication
import HTTPService
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import NIOEmbedded
import Testing

@Suite("every answer of a service")
struct ServiceResponderTests {
    private struct Unforeseen: Error {}
    private struct Foreseen: Error {}

    private func respond(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:]
    ) async throws -> (response: Response, body: JSONObject?) {
        let router = Router<ServiceRequestContext>.service()
        router.get("/things/{id}") { _, context in Response.json("{\"id\":\"\(context.parameters.get("id") ?? "")\"}") }
        router.put("/things/{id}") { _, _ -> Response in
            throw APIError.validation([FieldError(["body"], "m", type: "t")])
        }
        router.get("/unforeseen") { _, _ -> Response in throw Unforeseen() }
        router.get("/foreseen") { _, _ -> Response in throw Foreseen() }
        router.get("/framework") { _, _ -> Response in throw HTTPError(.badRequest, message: "SELECT * FROM users") }
        router.get("/large") { _, _ -> Response in throw NIOTooManyBytesError(maxBytes: 1) }
        let responder = ServiceResponder(
            router: router, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) {
            $0 is Foreseen ? APIError.unavailable(.databaseUnavailable, "later") : nil
        }
        let request = Request(
            head: HTTPRequest(method: method, scheme: nil, authority: nil, path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer()))
        let response = try await responder.respond(to: request, channel: EmbeddedChannel())
        let collector = BodyCollector()
        try await response.body.write(collector)
        return (response, try? JSONValue(parsing: collector.bytes).object)
    }

    @Test("carries the request's id, its own or a new one")
    func requestID() async throws {
        let kept = try await respond(.get, "/things/1", headers: [.xRequestID: "abcd-1234"])
        #expect(kept.response.headers[.xRequestID] == "abcd-1234")
        for bad in ["short", "with space in it", String(repeating: "a", count: 129)] {
            let made = try await respond(.get, "/things/1", headers: [.xRequestID: bad])
            #expect(made.response.headers[.xRequestID]?.count == 32)
        }
        #expect(kept.response.headers[.date]?.hasSuffix(" GMT") == true)
        #expect(kept.response.headers[.server] == nil)
        #expect(kept.response.headers[.contentType] == "application/json")
    }

    @Test("HEAD is GET without its body")
    func head() async throws {
        let (response, body) = try await respond(.head, "/things/1")
        #expect(response.status == .ok && body == nil && response.headers[.contentLength] == "10")
    }

    static let errors: [(HTTPRequest.Method, String, Int, String)] = [
        (.get, "/nothing", 404, "not_found"), (.get, "/things", 404, "not_found"),
        (.get, "/things/1/2", 404, "not_found"),
        (.post, "/things/1", 405, "method_not_allowed"),
        (.init("BREW") ?? .trace, "/things/1", 405, "method_not_allowed"),
        (.put, "/things/1", 422, "validation_failed"), (.get, "/unforeseen", 500, "internal_error"),
        (.get, "/foreseen", 503, "database_unavailable"), (.get, "/framework", 400, "bad_request"),
        (.get, "/large", 413, "body_too_large"),
    ]

    @Test("an error has one form, whoever made it", arguments: errors)
    func form(method: HTTPRequest.Method, path: String, status: Int, code: String) async throws {
        let (response, body) = try await respond(method, path, headers: [.xRequestID: "request-1"])
        #expect(response.status.code == status)
        #expect(body?["code"]?.string == code)
        #expect(body?["request_id"]?.string == "request-1")
        #expect(body?.names == ["detail", "code", "request_id"])
        #expect(response.headers[.contentType] == "application/json")
        #expect(body?["detail"] != nil && body?["detail"]?.string?.contains("SELECT") != true)
    }

    @Test("405 names what is allowed, 413 ends the connection, 503 says when to try again")
    func headers() async throws {
        #expect(try await respond(.post, "/things/1").response.headers[.allow] == "GET, HEAD, PUT")
        #expect(try await respond(.get, "/large").response.headers[.connection] == "close")
        #expect(try await respond(.get, "/foreseen").response.headers[.retryAfter] == "1")
    }
}

/// Takes a response's body in memory.
final class BodyCollector: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []
    func write(_ buffer: ByteBuffer) async throws { bytes.append(contentsOf: buffer.readableBytesView) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
