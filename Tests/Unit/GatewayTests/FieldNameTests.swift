import Gateway
import Testing

@Suite("Field names")
struct FieldNameTests {
    @Test(
        "what outsiders could use to say who they are is never taken from them",
        arguments: [
            "X-User-Id", "X-User-Role", "x-user", "X-Auth-User", "X-Auth-Request-Email", "X-Authenticated-Userid",
            "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Prefix", "X-Forwarded-Client-Cert", "X-Real-IP",
            "X-Remote-User", "Remote-User", "X-Consumer-Username", "X-Credential-Identifier", "X-Client-IP",
            "True-Client-IP", "CF-Connecting-IP", "X-Original-URL", "X-Rewrite-URL",
            "X-HTTP-Method-Override", "X-JWT-Assertion", "X-Internal-Token", "X-Role", "X-Groups",
            "X_User_Id", "x_forwarded_for", "Content_Length", "Transfer_Encoding",
        ])
    func identity(name: String) {
        #expect(FieldName(name) == .identity)
        #expect(FieldName(name.uppercased()) == .identity)
    }

    @Test(
        "fields of one connection are told from those of the request",
        arguments: [
            "TE", "Trailer", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate",
        ])
    func hopByHop(name: String) {
        #expect(FieldName(name) == .hopByHop)
    }

    @Test("names compare without case")
    func caseInsensitive() {
        for (name, field): (String, FieldName) in [
            ("host", .host), ("content-length", .contentLength), ("transfer-encoding", .transferEncoding),
            ("connection", .connection), ("x-forwarded-for", .forwardedFor), ("authorization", .authorization),
            ("sec-fetch-site", .secFetchSite), ("access-control-request-headers", .requestHeaders),
            ("access-control-allow-origin", .accessControl), ("upgrade", .upgrade), ("traceparent", .traceParent),
            ("forwarded", .forwarded),
        ] {
            #expect(FieldName(name) == field)
            #expect(FieldName(name.uppercased()) == field)
        }
        #expect(FieldName("hostx") == .other && FieldName("hos") == .other && FieldName("") == .other)
    }

    @Test(
        "all else passes",
        arguments: ["Accept", "Content-Type", "X", "X-Trace", "If-None-Match", "Idempotency-Key", "Consistency-Token"])
    func other(name: String) {
        #expect(FieldName(name) == .other)
    }
}
