import HTTPService
import NIOCore
import NIOHTTP1

// Bodies of routes that move, where the candidate has other names for their members.
extension ClientConnection {
    /// Whether the exchange's own body goes up under other names.
    func rewritesRequest(_ exchange: Exchange) -> Bool {
        guard let mapping = exchange.mapping, !mapping.fields.isEmpty, exchange.state.framing.hasBody else {
            return false
        }
        return FieldMapping.reads(exchange.request.fields.first(name: "Content-Type"))
    }

    /// The request's body is complete: it goes up as one chunk.
    func sendRewritten(_ rewrite: BodyRewrite, trailers: HTTPHeaders?, for exchange: Exchange) {
        let body = exchange.mapping?.fields.request(rewrite.body) ?? rewrite.body
        var chunk = ByteBufferAllocator().buffer(capacity: body.count + 32)
        if !body.isEmpty {
            ChunkedCoding.writeSize(body.count, into: &chunk)
            chunk.writeBytes(body)
            chunk.writeStaticString("\r\n")
        }
        ChunkedCoding.writeEnd(trailers, into: &chunk)
        exchange.upstream?.send(chunk)
    }

    /// - Returns: whether the answer waits for its end, to be passed on under other names.
    func holdsAnswer(_ head: HTTPResponseHead, of exchange: Exchange, _ framing: BodyFraming) -> Bool {
        guard let mapping = exchange.mapping, !mapping.fields.isEmpty, framing.hasBody,
            FieldMapping.reads(head.headers.first(name: "Content-Type"))
        else { return false }
        exchange.answerRewrite = BodyRewrite(head: head)
        return true
    }

    /// The answer is complete: head and body go down.
    func writeRewritten(_ rewrite: BodyRewrite, for exchange: Exchange) {
        guard var head = rewrite.head else { return }
        let body = exchange.mapping?.fields.answer(rewrite.body) ?? rewrite.body
        head.headers.remove(name: "Transfer-Encoding")
        head.headers.replaceOrAdd(name: "Content-Length", value: "\(body.count)")
        // The validator is of other bytes.
        head.headers.remove(name: "Content-Digest")
        guard let writer = ResponseHeadWriter(head, to: exchange.request.method, version: exchange.request.version)
        else { return }
        exchange.answerBytes = body.count
        collect {
            writer.write(exchange.answer, date: loop.date.value, into: &$0)
            $0.writeBytes(body)
        }
    }
}
