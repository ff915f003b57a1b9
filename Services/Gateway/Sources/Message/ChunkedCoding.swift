package import NIOCore
package import NIOHTTP1

/// Writes the chunked transfer coding (RFC 9112 §7.1).
package enum ChunkedCoding {
    /// The line before a chunk's bytes; `\r\n` follows after them.
    package static func writeSize(_ size: Int, into buffer: inout ByteBuffer) {
        buffer.writeString(String(size, radix: 16))
        buffer.writeStaticString("\r\n")
    }

    /// The last chunk, the trailers that may pass, and the end.
    package static func writeEnd(_ trailers: HTTPHeaders?, into buffer: inout ByteBuffer) {
        buffer.writeHead { head in
            head.writeStaticString("0\r\n")
            if let trailers {
                for (name, value) in trailers where mayTrail(name) { head.writeLine(name, value) }
            }
            head.writeStaticString("\r\n")
        }
    }

    /// Fields for framing, routing, authentication and caching must not come after the body (RFC 9110 §6.5.1).
    private static func mayTrail(_ name: String) -> Bool {
        guard FieldName(name) == .other else { return false }
        let name = name.lowercased()
        let isRestricted =
            name.hasPrefix("content-") || name.hasPrefix("if-") || name.hasPrefix("www-") || restricted.contains(name)
        return !isRestricted
    }

    private static let restricted: Set<String> = [
        "age", "cache-control", "expires", "location", "max-forwards", "pragma", "range", "retry-after", "set-cookie",
        "vary", "warning",
    ]
}
