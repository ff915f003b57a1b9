import Load
import NIOCore
import Testing

@Suite("reading answers")
struct AnswerParserTests {
    private static let list =
        "HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length: 5\r\nConsistency-Token: t1\r\n\r\n[1,2]"

    /// Reads a text that comes in pieces of this many bytes.
    private func read(_ text: String, piece: Int) throws -> [HTTPAnswer] {
        var parser = AnswerParser()
        var answers: [HTTPAnswer] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            var buffer = ByteBuffer(bytes: bytes[start..<min(start + piece, bytes.count)])
            parser.append(&buffer)
            while let answer = try parser.next() { answers.append(answer) }
        }
        #expect(!parser.hasRest)
        return answers
    }

    @Test("an answer is the same in whatever pieces it comes", arguments: [1, 2, 7, 40, 10_000])
    func pieces(piece: Int) throws {
        let chunked =
            "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\n{\"a\r\n4\r\n\":1}\r\n0\r\nTrailer: 1\r\n\r\n"
        let empty = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
        let early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        let answers = try read(Self.list + chunked + early + empty, piece: piece)
        #expect(answers.map(\.status) == [200, 201, 204])
        #expect(answers.map { String(buffer: $0.body) } == ["[1,2]", "{\"a\":1}", ""])
        #expect(answers.map(\.consistencyToken) == ["t1", nil, nil])
        #expect(answers.map(\.keepsAlive) == [true, true, false])
    }

    @Test(
        "what cannot be read is an error, never a guess",
        arguments: [
            ("HTTP/2 200 OK\r\n\r\n", AnswerParser.Failure.malformedHead), ("hello\r\n\r\n", .malformedHead),
            ("HTTP/1.1 200 OK\r\n\r\n", .unknownLength),
            ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", .unknownLength),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .unknownLength),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .malformedChunk),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", .malformedChunk),
            ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", .tooLarge),
        ])
    func malformed(text: String, failure: AnswerParser.Failure) {
        #expect(throws: failure) { try read(text, piece: 1000) }
    }

    @Test("a head without an end is refused in time")
    func endless() {
        #expect(throws: AnswerParser.Failure.tooLarge) {
            try read("HTTP/1.1 200 OK\r\n" + String(repeating: "X-Field: 1\r\n", count: 10_000), piece: 1000)
        }
    }
}
