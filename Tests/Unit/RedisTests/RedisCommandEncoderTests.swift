import NIOCore
import Redis
import Testing

@Suite("Redis commands")
struct RedisCommandEncoderTests {
    @Test("a command is an array of bulk strings, whatever its words are made of")
    func words() throws {
        var encoder = RedisCommandEncoder()
        var buffer = ByteBuffer()
        try encoder.encode(["SET", .string("schlüssel"), .bytes([0, 13, 10, 255]), 42, ""], into: &buffer)
        let expected =
            Array("*5\r\n$3\r\nSET\r\n$10\r\nschlüssel\r\n$4\r\n".utf8) + [0, 13, 10, 255]
            + Array("\r\n$2\r\n42\r\n$0\r\n\r\n".utf8)
        #expect(Array(buffer.readableBytesView) == expected)
    }

    @Test("an empty word alone needs no memory of its own")
    func emptyWord() throws {
        var encoder = RedisCommandEncoder()
        var buffer = ByteBuffer()
        try encoder.encode([""], into: &buffer)
        #expect(String(buffer: buffer) == "*1\r\n$0\r\n\r\n")
    }

    @Test("random commands read back as the same words", arguments: 0..<30 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var encoder = RedisCommandEncoder()
        var buffer = ByteBuffer()
        let commands = (0..<20).map { _ in
            (0...Int.random(in: 0...9, using: &random)).map { _ in
                (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
        }
        for command in commands { try encoder.encode(command.map(RedisArgument.bytes), into: &buffer) }
        // A command is itself a well-formed reply.
        let decoder = RedisReplyDecoder()
        try decoder.feed(buffer)
        for command in commands {
            #expect(try decoder.next() == .array(command.map(RedisReply.string)))
        }
    }
}
