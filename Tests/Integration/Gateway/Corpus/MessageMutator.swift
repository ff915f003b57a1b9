import TestSupport

/// Makes new messages out of those of the corpus, the same ones for the same seed.
struct MessageMutator {
    private var generator: SeededGenerator
    private let sources: [[UInt8]]

    /// What parsers stumble over.
    private static let words: [[UInt8]] = [
        "\r\n", "\n", "\r", " ", "\t", "\0", ":", ",", ";", "%", "%2e", "%2f", "%00", "..", "/", "//", "\\", "*", "?",
        "#",
        "0", "0\r\n\r\n", "1\r\na\r\n", "a;b=\"c\"\r\n", "ffffffff", "7fffffffffffffff", "-", "+", "0x", "\u{b}", "ä",
        "HTTP/1.1", "HTTP/1.0", "GET ", "POST ", "OPTIONS ", "CONNECT ", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "http://b", "Host: b\r\n", "Content-Length: 4\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n", "Connection: close\r\n", "Connection: Host\r\n", "Connection: X-A\r\n",
        "Upgrade: h2c\r\n", "Expect: 100-continue\r\n", "X-Forwarded-For: 1.1.1.1\r\n", "Forwarded: for=1.1.1.1\r\n",
        "X-User-Id: 2\r\n", "X-Request-Id: a\r\n", "TE: trailers\r\n", " folded\r\n", "X-A: b\r\n",
    ].map { Array($0.utf8) }

    init(seed: UInt64, sources: [[UInt8]]) {
        generator = SeededGenerator(seed: seed)
        self.sources = sources
    }

    mutating func next() -> [UInt8] {
        var bytes = source()
        // A message as it is now and then, so that what comes behind it is looked at.
        for _ in 0..<Int.random(in: 0...6, using: &generator) { mutate(&bytes) }
        return bytes
    }

    /// Where to cut a message, so that its pieces arrive one by one.
    mutating func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var (pieces, rest) = ([ArraySlice<UInt8>](), bytes[...])
        while rest.count > 1, pieces.count < 8, Bool.random(using: &generator) {
            let count = Int.random(in: 1..<rest.count, using: &generator)
            pieces.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return pieces + [rest]
    }

    private mutating func source() -> [UInt8] {
        sources.isEmpty ? [] : sources[Int.random(in: sources.indices, using: &generator)]
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let range = self.range(in: bytes)
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: bytes.insert(contentsOf: word(), at: range.lowerBound)
        case 1: bytes.replaceSubrange(range, with: word())
        case 2: bytes.removeSubrange(range)
        case 3: bytes.insert(contentsOf: bytes[range], at: range.upperBound)
        case 4: bytes = Array(bytes[..<range.lowerBound])
        case 5: bytes += source()
        case 6:
            let other = source()
            bytes.replaceSubrange(range, with: other[self.range(in: other)])
        case 7:
            for index in range { bytes[index] ^= 0x20 }
        default:
            if !range.isEmpty { bytes[range.lowerBound] = .random(in: .min ... .max, using: &generator) }
        }
    }

    private mutating func word() -> [UInt8] { Self.words[Int.random(in: Self.words.indices, using: &generator)] }

    /// Often at the beginning of a line, where what counts stands; short most of the time.
    private mutating func range(in bytes: [UInt8]) -> Range<Int> {
        guard !bytes.isEmpty else { return 0..<0 }
        var start = Int.random(in: bytes.indices, using: &generator)
        if Bool.random(using: &generator) {
            start = bytes[..<start].lastIndex(of: 0x0A).map { $0 + 1 } ?? start
        }
        let longest = Bool.random(using: &generator) ? 2 : 40
        return start..<min(bytes.count, start + Int.random(in: 0...longest, using: &generator))
    }
}
