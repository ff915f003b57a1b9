import NIOCore
import Redis
import Testing

@Suite("Redis replies")
struct RedisReplyDecoderTests {
    /// What redis-server 7.0 sent for a pipeline of commands, recorded from its socket, and what it means.
    static let recorded =
        "+OK\r\n:42\r\n:-1\r\n$5\r\nhello\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n-WRONGTYPE Operation against a key\r\n"
        + "*3\r\n$1\r\na\r\n$-1\r\n:7\r\n*2\r\n*1\r\n+x\r\n*0\r\n*2\r\n-ERR inner\r\n$2\r\n\r\n\r\n"
    static let meaning: [RedisReply] = [
        .status("OK"), .integer(42), .integer(-1), .string(Array("hello".utf8)), .string([]), .null, .null, .array([]),
        .error("WRONGTYPE Operation against a key"),
        .array([.string([97]), .null, .integer(7)]),
        .array([.array([.status("x")]), .array([])]),
        .array([.error("ERR inner"), .string([13, 10])]),
    ]

    static func decode(_ chunks: [[UInt8]], _ decoder: RedisReplyDecoder = RedisReplyDecoder()) throws -> [RedisReply] {
        var replies: [RedisReply] = []
        for chunk in chunks {
            try decoder.feed(ByteBuffer(bytes: chunk))
            while let reply = try decoder.next() { replies.append(reply) }
        }
        return replies
    }

    @Test("recorded bytes mean the same wherever they are cut in two")
    func cutAnywhere() throws {
        let bytes = Array(Self.recorded.utf8)
        for cut in 0...bytes.count {
            #expect(try Self.decode([Array(bytes[..<cut]), Array(bytes[cut...])]) == Self.meaning, "cut at \(cut)")
        }
    }

    @Test("recorded bytes mean the same one by one")
    func byteByByte() throws {
        #expect(try Self.decode(Self.recorded.utf8.map { [$0] }) == Self.meaning)
    }

    @Test("random replies survive random cuts", arguments: 0..<40 as Range<UInt64>)
    func randomReplies(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let replies = (0..<30).map { _ in RedisReply.random(depth: 0, using: &random) }
        var rest = replies.flatMap(\.wire)[...]
        var chunks: [[UInt8]] = []
        while !rest.isEmpty {
            let length = Int.random(in: 1...40, using: &random)
            chunks.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        #expect(try Self.decode(chunks) == replies)
    }

    @Test(
        "what is not RESP is refused, and the decoder stays refused",
        arguments: [
            "\r\n", "_\r\n", "%1\r\n", ":12x\r\n", ":99999999999999999999\r\n", ":+5\r\n", "$-2\r\n", "*-2\r\n",
            "*2147483648\r\n", "HTTP/1.1 200 OK\r\n", "*1\r\n!\r\n",
        ])
    func malformed(text: String) throws {
        let decoder = RedisReplyDecoder()
        #expect(throws: RedisError.self) { try Self.decode([Array(text.utf8)], decoder) }
        #expect(throws: RedisError.self) { try Self.decode([Array("+OK\r\n".utf8)], decoder) }
    }

    @Test("a reply past the limits is refused before it is stored")
    func limits() throws {
        var limits = RedisReplyLimits()
        limits.bytes = 64
        limits.elements = 4
        limits.depth = 2
        func decode(_ text: String) throws -> [RedisReply] {
            try Self.decode(text.utf8.map { [$0] }, RedisReplyDecoder(limits: limits))
        }
        #expect(try decode("*4\r\n:1\r\n:1\r\n:1\r\n:1\r\n").count == 1)
        #expect(throws: RedisError.self) { try decode("*5\r\n") }
        #expect(throws: RedisError.self) { try decode("*1\r\n*1\r\n*1\r\n:1\r\n") }
        #expect(throws: RedisError.self) { try decode("$1000\r\n" + String(repeating: "x", count: 100)) }
        #expect(throws: RedisError.self) { try decode("+" + String(repeating: "x", count: 100)) }
    }

    @Test("a decoder with half a reply lets go of everything")
    func abandoned() throws {
        for _ in 0..<1000 { _ = try Self.decode([Array("*2\r\n*3\r\n$1\r\na\r\n".utf8)]) }
    }
}

extension RedisReply {
    static func random(depth: Int, using random: inout SeededGenerator) -> RedisReply {
        switch Int.random(in: 0...(depth < 4 ? 5 : 4), using: &random) {
        case 0: .null
        case 1: .integer(Int.random(in: .min ... .max, using: &random))
        case 2: .status("S\(UInt8.random(in: 0...9, using: &random))")
        case 3: .error("ERR \(UInt8.random(in: 0...9, using: &random))")
        case 4:
            .string((0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
        default:
            .array(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in .random(depth: depth + 1, using: &random) })
        }
    }

    /// The reply as a server writes it (RESP2).
    var wire: [UInt8] {
        switch self {
        case .null: Array("$-1\r\n".utf8)
        case .integer(let value): Array(":\(value)\r\n".utf8)
        case .status(let text): Array("+\(text)\r\n".utf8)
        case .error(let text): Array("-\(text)\r\n".utf8)
        case .string(let bytes): Array("$\(bytes.count)\r\n".utf8) + bytes + [13, 10]
        case .array(let elements): Array("*\(elements.count)\r\n".utf8) + elements.flatMap(\.wire)
        }
    }
}
