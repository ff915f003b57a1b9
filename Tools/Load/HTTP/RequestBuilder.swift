import JSON
import NIOCore

/// Writes requests; what is the same for all requests of a user is written once.
struct RequestBuilder {
    private static let strategies = "/api/v1/strategies"

    private let host: String

    /// - Parameter host: name or address, and the port.
    init(host: String) { self.host = host }

    /// What goes before a request's line end: the fields that every request of the user has.
    func fields(accessToken: String, consistencyToken: String?) -> String {
        " HTTP/1.1\r\nHost: \(host)\r\nAuthorization: Bearer \(accessToken)\r\n"
            + (consistencyToken.map { "Consistency-Token: \($0)\r\n" } ?? "")
    }

    /// - Parameter fields: of ``fields(accessToken:consistencyToken:)``.
    func request(_ step: OperationStep, fields: String) -> ByteBuffer {
        switch step {
        case .list: plain("GET \(Self.strategies)", fields)
        case .get(let id): plain("GET \(Self.strategies)/\(id)", fields)
        case .delete(let id): plain("DELETE \(Self.strategies)/\(id)", fields)
        case .change(let id, let description):
            content("PATCH \(Self.strategies)/\(id)", fields, #"{"description":\#(description.jsonEscaped)}"#)
        case .create(let name):
            content(
                "POST \(Self.strategies)", fields,
                #"{"strategy_name":\#(name.jsonEscaped),"description":"Made by a load test.","#
                    + #""parameters":{"symbol":"BTC-USD","window":20,"risk":0.01},"tags":["load"]}"#)
        case .login(let email, let password):
            content(
                "POST /api/v1/auth/login", " HTTP/1.1\r\nHost: \(host)\r\n",
                "username=\(Self.formEncoded(email))&password=\(Self.formEncoded(password))",
                type: "application/x-www-form-urlencoded")
        case .refresh(let token):
            content(
                "POST /api/v1/auth/refresh", " HTTP/1.1\r\nHost: \(host)\r\n",
                #"{"refresh_token":\#(token.jsonEscaped)}"#)
        }
    }

    /// The opening of an event stream (RFC 6455 §4.1). The key only guards against caches; no check needs a new one.
    func streamHandshake(fields: String) -> ByteBuffer {
        let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        return plain("GET /api/v1/stream", fields + upgrade + "Sec-WebSocket-Key: bG9hZCB0ZXN0IHN0cmVhbQ==\r\n")
    }

    private func plain(_ line: String, _ fields: String) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: line.utf8.count + fields.utf8.count + 2)
        buffer.writeString(line)
        buffer.writeString(fields)
        buffer.writeStaticString("\r\n")
        return buffer
    }

    private func content(_ line: String, _ fields: String, _ body: String, type: String = "application/json")
        -> ByteBuffer
    {
        ByteBuffer(string: "\(line)\(fields)Content-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// `application/x-www-form-urlencoded` (WHATWG URL §5.2).
    static func formEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "*"):
                return String(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                return "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }.joined()
    }
}
