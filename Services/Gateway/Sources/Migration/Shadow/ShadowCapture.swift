import NIOCore
import NIOHTTP1

/// The primary's answer while it passes by, for a comparison once the client has it. Touched on one event loop alone.
final class ShadowCapture {
    /// Since which change of its stage the route's evidence counts.
    let since: Int
    private let maximumBody: Int
    private(set) var status = 0
    private(set) var headers = HTTPHeaders()
    private var body = ByteBuffer()
    /// Too large an answer is let go.
    private(set) var isTooLarge = false

    init(since: Int, maximumBody: Int) {
        self.since = since
        self.maximumBody = maximumBody
    }

    func began(_ head: HTTPResponseHead) {
        status = Int(head.status.code)
        headers = head.headers
    }

    func received(_ bytes: ByteBuffer) {
        guard !isTooLarge else { return }
        guard body.readableBytes + bytes.readableBytes <= maximumBody else {
            isTooLarge = true
            body = ByteBuffer()
            return
        }
        body.writeImmutableBuffer(bytes)
    }

    func answer(_ rules: ComparisonRules) -> ComparedAnswer {
        ComparedAnswer(status: status, fields: Self.fields(headers, rules), body: Array(body.readableBytesView))
    }

    /// The fields that the rules name; one that occurs twice is read as a list (RFC 9110 §5.3).
    static func fields(_ headers: HTTPHeaders, _ rules: ComparisonRules) -> [String: String] {
        var fields: [String: String] = [:]
        for name in rules.headers {
            let values = headers[name]
            if !values.isEmpty { fields[name] = values.joined(separator: ", ") }
        }
        return fields
    }
}
