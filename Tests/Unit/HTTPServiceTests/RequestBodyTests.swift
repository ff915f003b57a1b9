import APIContract
import HTTPService
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Testing

@Suite("reading a JSON body")
struct RequestBodyTests {
    private func request(_ body: String, type: String? = "application/json", headers: HTTPFields = [:]) -> Request {
        var headers = headers
        if let type { headers[.contentType] = type }
        return Request(
            head: HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/", headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body)))
    }

    private func status(_ request: Request, as types: [JSONMediaType] = [.json], upTo limit: Int = 1000) async -> String
    {
        do {
            _ = try await request.jsonObject(as: types, upTo: limit)
            return "200"
        } catch let error as APIError {
            return "\(error.status) \(error.code.rawValue)"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "JSON in UTF-8 is read",
        arguments: ["application/json", "APPLICATION/JSON; charset=utf-8", "application/json;charset=\"UTF-8\"; v=1"])
    func accepted(type: String) async {
        #expect(await status(request("{\"a\":1}", type: type)) == "200")
    }

    @Test(
        "another media type is a 415",
        arguments: [nil, "", "text/plain", "application/jsonp", "application/json;charset=latin1"])
    func mediaType(type: String?) async {
        #expect(await status(request("{}", type: type)) == "415 unsupported_media_type")
    }

    @Test("a compressed body is a 415")
    func contentEncoding() async {
        #expect(await status(request("{}", headers: [.contentEncoding: "gzip"])) == "415 unsupported_media_type")
    }

    @Test("a merge patch is read only where one is expected")
    func mergePatch() async {
        let patch = request("{}", type: "application/merge-patch+json")
        #expect(await status(patch, as: [.mergePatch, .json]) == "200")
        #expect(await status(patch) == "415 unsupported_media_type")
    }

    static let malformed = [
        "", " ", "{", "{\"a\":1", "{'a':1}", "{\"a\":01}", "{\"a\":NaN}", "{\"a\":1,}", "{} x", "{\"a\":1,\"a\":2}",
        "{\"a\":\"\\ud800\"}", "{\"a\":\"\u{1}\"}", "\u{FEFF}{}",
    ]

    @Test("what is no JSON is a 400", arguments: malformed)
    func malformedText(body: String) async {
        #expect(await status(request(body)) == "400 malformed_json")
    }

    @Test("bytes that are no UTF-8 are a 400")
    func malformedUTF8() {
        let error = #expect(throws: APIError.self) {
            try JSONBody.object(ByteBuffer(bytes: Array("{\"a\":\"".utf8) + [0xFF] + Array("\"}".utf8)))
        }
        #expect(error?.status == 400)
    }

    @Test("JSON that is no object is a 422", arguments: ["[]", "1", "null", "\"{}\"", "true"])
    func noObject(body: String) async {
        #expect(await status(request(body)) == "422 validation_failed")
    }

    @Test("too deep and too many are a 422")
    func bounds() async {
        let deep = "{\"a\":" + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}"
        let many = "{\"a\":[0" + String(repeating: ",0", count: BodyLimit.values) + "]}"
        let text = "{\"a\":\"" + String(repeating: ",[{\\\"", count: BodyLimit.values) + "\"}"
        for body in [deep, many] {
            #expect(await status(request(body), upTo: BodyLimit.bytes) == "422 validation_failed")
        }
        #expect(await status(request(text), upTo: BodyLimit.bytes) == "200")
    }

    @Test("a body past the limit is a 413, by its length alone or by its bytes")
    func tooLarge() async {
        #expect(await status(request("{}", headers: [.contentLength: "1001"])) == "413 body_too_large")
        #expect(await status(request(String(repeating: " ", count: 1001))) == "413 body_too_large")
        #expect(await status(request("{}" + String(repeating: " ", count: 998))) == "200")
    }

    @Test("a body that ended early is a 400, even where its beginning is JSON")
    func truncated() async {
        #expect(await status(request("{}", headers: [.contentLength: "3"])) == "400 bad_request")
    }
}
