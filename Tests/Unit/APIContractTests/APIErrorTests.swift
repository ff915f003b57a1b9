import APIContract
import JSON
import Testing

@Suite("Error bodies")
struct APIErrorTests {
    @Test("a sentence, a code and the request's id")
    func sentence() {
        #expect(
            APIError.unauthorized.body(requestID: "abc")
                == #"{"detail":"Could not validate credentials","code":"not_authenticated","request_id":"abc"}"#)
        #expect(APIError.unauthorized.headers == [.init("WWW-Authenticate", "Bearer")])
    }

    @Test("validation lists each field")
    func fields() {
        let error = APIError.validation([
            FieldError(["body", "email"], "not an e-mail address", type: "value_error.email")
        ])
        #expect(
            error.body(requestID: "r")
                == #"{"detail":[{"loc":["body","email"],"msg":"not an e-mail address","type":"value_error.email"}],"code":"validation_failed","request_id":"r"}"#
        )
    }

    @Test("what a client sent cannot break out of the body")
    func escaping() throws {
        let body = APIError.malformed("a \"quote\" and a \\ and a \u{1}").body(requestID: "\"}")
        let parsed = try JSONValue(parsing: body.utf8)
        #expect(parsed.object?["request_id"] == .string("\"}"))
    }

    @Test("Retry-After is at least a second")
    func retryAfter() {
        #expect(APIError.tooManyRequests(retryAfter: 0).headers.first?.value == "1")
    }
}

@Suite("Trace context and request ids")
struct TraceContextTests {
    @Test("a well-formed traceparent is kept, and a child has a span of its own")
    func parsing() throws {
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let context = try #require(TraceContext(header: header))
        #expect(context.header == header)
        let child = context.child()
        #expect(child.traceID == context.traceID && child.spanID != context.spanID && child.isSampled)
    }

    @Test(
        "a malformed one is not read",
        arguments: [
            "", "00", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        ])
    func refusals(header: String) { #expect(TraceContext(header: header) == nil) }

    @Test("a client's own request id is kept only when it is harmless")
    func requestIDs() {
        #expect(RequestID.isWellFormed(RequestID.make()))
        #expect(RequestID.isWellFormed("order-12345.retry_1"))
        for id in [
            "", "short", "has space in it", "line\r\nbreak-here", String(repeating: "a", count: 129), "ünïcödé-id",
        ] {
            #expect(!RequestID.isWellFormed(id))
        }
    }
}
