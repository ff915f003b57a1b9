/// What one proxy says of the request it received, in the `Forwarded` field (RFC 7239 §4).
package struct ForwardedElement: Sendable, Hashable {
    /// The address of `for`, without a port; `nil` when it is hidden or missing.
    package private(set) var address: String?
    package private(set) var proto: String?
    package private(set) var host: String?

    /// Reads all values of the field, in the order in which they came.
    ///
    /// - Returns: the elements from the client to the nearest proxy; `nil` when any of them is malformed, because then
    ///   nobody knows where the element of the nearest proxy begins.
    package static func read(_ values: [String]) -> [ForwardedElement]? {
        var elements: [ForwardedElement] = []
        for value in values {
            var reader = Reader(rest: value.utf8[...])
            guard reader.readList(into: &elements) else { return nil }
        }
        return elements
    }

    private mutating func set(_ name: Substring, _ value: String) -> Bool {
        switch name.lowercased() {
        case "for":
            guard address == nil else { return false }
            address = Self.address(value)
        case "proto":
            guard proto == nil else { return false }
            proto = value.lowercased()
        case "host":
            guard host == nil else { return false }
            host = value
        default: break
        }
        return true
    }

    /// Of `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]` and `[2001:db8::1]:80`; not of `unknown` and `_hidden` (§6).
    private static func address(_ node: String) -> String? {
        if node.hasPrefix("[") {
            return node.firstIndex(of: "]").map { String(node[..<$0].dropFirst()) }
        }
        let address = node.prefix { $0 != ":" }
        return address.contains(".") && address.first?.isNumber == true ? String(address) : nil
    }

    // MARK: Grammar

    private struct Reader {
        var rest: Substring.UTF8View

        /// Elements separated by commas.
        mutating func readList(into elements: inout [ForwardedElement]) -> Bool {
            repeat {
                skipSpace()
                var element = ForwardedElement()
                repeat {
                    skipSpace()
                    guard let name = token(), skip(UInt8(ascii: "=")), let value = self.value(),
                        element.set(name, value)
                    else { return false }
                    skipSpace()
                } while skip(UInt8(ascii: ";"))
                elements.append(element)
            } while skip(UInt8(ascii: ","))
            return rest.isEmpty
        }

        private mutating func value() -> String? {
            guard skip(UInt8(ascii: "\"")) else { return token().map(String.init) }
            var text: [UInt8] = []
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
                guard byte == UInt8(ascii: "\\") else {
                    text.append(byte)
                    continue
                }
                guard let escaped = rest.popFirst() else { return nil }
                text.append(escaped)
            }
            return nil
        }

        /// RFC 9110 §5.6.2, and the characters that nodes have without quotes although they should not.
        private mutating func token() -> Substring? {
            let token = rest.prefix { byte in
                byte > 0x20 && byte < 0x7F && !"()<>@,;\\\"/?={}".utf8.contains(byte)
            }
            guard !token.isEmpty else { return nil }
            rest = rest.dropFirst(token.count)
            return Substring(token)
        }

        private mutating func skip(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func skipSpace() { rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }
    }
}
