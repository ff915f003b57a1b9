/// The target of a request (RFC 9112 §3.2), read so that nobody behind the gateway can read it in another way.
package struct RequestTarget: Sendable, Hashable {
    package enum Form: Sendable, Hashable {
        /// A path on this server.
        case path
        /// `*`, which only `OPTIONS` may ask for.
        case asterisk
    }

    package let form: Form
    /// What goes upstream: the path and the query in origin form.
    package let text: String
    /// Where the path ends in `text`, in bytes.
    package let pathLength: Int
    /// The authority of an absolute form; it replaces the `Host` header (RFC 9112 §3.2.2).
    package let authority: String?

    package var path: Substring.UTF8View { text.utf8.prefix(pathLength) }

    /// The path as text without a copy.
    package var pathText: Substring { Substring(path) }

    /// Reads a request line's target.
    ///
    /// - Throws: ``RequestRefusal`` for what is not well formed, and for a path that another reader could take for a
    ///   different one: empty or dot segments, percent-encoded slashes, dots and control characters, what is encoded twice,
    ///   and encoded bytes that are no UTF-8.
    package init(_ uri: String, isOptions: Bool) throws(RequestRefusal) {
        if uri == "*" {
            guard isOptions else { throw .malformed("Only OPTIONS may ask for *") }
            self.init(form: .asterisk, text: uri, pathLength: 1, authority: nil)
        } else if uri.utf8.first == UInt8(ascii: "/") {
            self.init(form: .path, text: uri, pathLength: try Self.pathLength(of: uri), authority: nil)
        } else {
            let (authority, text) = try Self.split(absolute: uri)
            self.init(form: .path, text: text, pathLength: try Self.pathLength(of: text), authority: authority)
        }
    }

    private init(form: Form, text: String, pathLength: Int, authority: String?) {
        self.form = form
        self.text = text
        self.pathLength = pathLength
        self.authority = authority
    }

    /// Splits `http://host/path?query`.
    private static func split(absolute uri: String) throws(RequestRefusal) -> (authority: String, text: String) {
        let lowercased = uri.prefix(8).lowercased()
        let scheme = lowercased.hasPrefix("http://") ? 7 : lowercased == "https://" ? 8 : 0
        guard scheme > 0 else { throw .malformed("The request target is malformed") }
        let rest = uri.dropFirst(scheme)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        guard rest.startIndex < end else { throw .malformed("The request target is malformed") }
        let text = String(rest[end...])
        return (String(rest[..<end]), text.first == "/" ? text : "/" + text)
    }

    // MARK: Checks

    private static func pathLength(of text: String) throws(RequestRefusal) -> Int {
        let length =
            text.utf8.withContiguousStorageIfAvailable(check) ?? Array(text.utf8).withUnsafeBufferPointer(check)
        guard let length else { throw .malformed("The request target is malformed") }
        return length
    }

    /// The length of a path that is beyond doubt, followed by a query or nothing; otherwise `nil`.
    private static func check(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        var index = 1
        var segment = 1
        var isASCII = true
        while index < text.count, text[index] != UInt8(ascii: "?") {
            switch text[index] {
            case UInt8(ascii: "/"):
                guard index > segment, !isDotSegment(text[segment..<index]) else { return nil }
                segment = index + 1
            case UInt8(ascii: "%"):
                guard let byte = encoded(text, at: index), isHarmless(byte) else { return nil }
                guard byte != UInt8(ascii: "%") || encoded(text, at: index + 2) == nil else { return nil }
                isASCII = isASCII && byte < 0x80
                index += 2
            case let byte:
                guard isPathCharacter(byte) else { return nil }
            }
            index += 1
        }
        guard !isDotSegment(text[segment..<index]), isASCII || isUTF8(text[..<index]) else { return nil }
        return text[index...].allSatisfy(isQueryCharacter) ? index : nil
    }

    /// `.` and `..`, also with parameters after a semicolon, which some servers cut off first.
    private static func isDotSegment(_ segment: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard segment.first == UInt8(ascii: ".") else { return false }
        let name = segment.prefix { $0 != UInt8(ascii: ";") }
        return name.count == 1 || name.count == 2 && name.last == UInt8(ascii: ".")
    }

    /// Whether a percent-encoded byte may stand in a path: not a slash of either kind, a dot or a control character.
    private static func isHarmless(_ byte: UInt8) -> Bool {
        let forbidden: [UInt8] = [UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "."), 0x7F]
        return byte >= 0x20 && !forbidden.contains(byte)
    }

    /// The byte that a percent sign and two hexadecimal digits stand for.
    private static func encoded(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt8? {
        guard index + 2 < text.count, let high = Character(UnicodeScalar(text[index + 1])).hexDigitValue,
            let low = Character(UnicodeScalar(text[index + 2])).hexDigitValue
        else { return nil }
        return UInt8(high << 4 | low)
    }

    /// Whether a path is UTF-8 once it is decoded. An overlong encoding is none (RFC 3629 §3).
    private static func isUTF8(_ path: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let text = UnsafeBufferPointer(rebasing: path)
        var (decoded, index) = ([UInt8](), 0)
        while index < text.count {
            let byte = text[index] == UInt8(ascii: "%") ? encoded(text, at: index) : nil
            decoded.append(byte ?? text[index])
            index += byte == nil ? 1 : 3
        }
        return String(validating: decoded, as: UTF8.self) != nil
    }

    /// `pchar` of RFC 3986 §3.3 without the percent sign.
    private static func isPathCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "!"),
            UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="),
            UInt8(ascii: ":"), UInt8(ascii: "@"):
            true
        default: false
        }
    }

    /// Any visible ASCII character but `#`: browsers leave more of them as they are than RFC 3986 §3.4 allows.
    private static func isQueryCharacter(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#")
    }
}
