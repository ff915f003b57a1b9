package import APIContract
import Crypto
import FoundationEssentials
package import NIOCore
import NIOHTTP1

/// A client's wish to speak the WebSocket protocol from here on (RFC 6455 §4.2.1), checked.
package struct WebSocketHandshake: Sendable, Hashable {
    /// `Sec-WebSocket-Key`, as it came.
    package let key: String

    /// - Throws: ``APIError`` 426 for a request that does not ask for version 13, 400 for one that asks in a wrong way.
    package init(_ request: RequestHead) throws(APIError) {
        guard Self.isWish(request) else { throw Self.upgradeRequired }
        guard request.fields["Sec-WebSocket-Version"] == ["13"] else { throw Self.upgradeRequired }
        guard request.method == .GET, request.version == .http1_1, !request.framing.hasBody else {
            throw .malformed("A WebSocket is asked for by GET and HTTP/1.1, without a body")
        }
        let keys = request.fields["Sec-WebSocket-Key"]
        guard keys.count == 1, let key = keys.first, Data(base64Encoded: key)?.count == 16 else {
            throw .malformed("Sec-WebSocket-Key is malformed")
        }
        self.key = key
    }

    /// Whether a request asks to go on as a WebSocket, rightly or not.
    package static func isWish(_ request: RequestHead) -> Bool {
        guard request.connectionFields.contains("upgrade") else { return false }
        return request.fields["Upgrade"].contains { field in
            field.split(separator: ",").contains { protocolName in
                protocolName.filter { $0 != " " && $0 != "\t" }.lowercased() == "websocket"
            }
        }
    }

    /// 426, with what the client should have asked for (RFC 9110 §15.5.22, RFC 6455 §4.4).
    package static let upgradeRequired = APIError(
        426, .upgradeRequired, "This is a WebSocket of version 13",
        headers: [
            .init("Upgrade", "websocket"), .init("Connection", "Upgrade"), .init("Sec-WebSocket-Version", "13"),
        ])

    /// `Sec-WebSocket-Accept`: proves that the server has read the key.
    package var accept: String {
        let digest = Insecure.SHA1.hash(data: Array((key + Self.salt).utf8))
        return Data(digest).base64EncodedString()
    }

    /// Of RFC 6455 §1.3.
    private static let salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// Writes the answer. No extension and no subprotocol is agreed on.
    package func write(
        _ context: AnswerContext, fields: [APIError.Header], date: String, into buffer: inout ByteBuffer
    ) {
        var context = context
        context.closesConnection = false
        buffer.writeHead { head in
            StatusLine.write(101, into: &head)
            head.writeLine("Date", date)
            head.writeStaticString("Upgrade: websocket\r\nConnection: Upgrade\r\n")
            head.writeLine("Sec-WebSocket-Accept", accept)
            for field in fields { head.writeLine(field.name, field.value) }
            context.writeCookies(into: &head)
            context.write(besides: [], into: &head)
            head.writeStaticString("\r\n")
        }
    }
}
