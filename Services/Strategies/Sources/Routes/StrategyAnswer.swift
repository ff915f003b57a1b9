import HTTPService
import NIOCore
import Postgres

/// A direct answer without what differs from request to request.
struct StrategyAnswer: Sendable {
    let revision: Revision
    /// The route's pattern.
    let route: String
    /// Besides `Consistency-Token`.
    let fields: [(name: StaticString, value: String)]
    /// Of this user and revision.
    let consistencyToken: String
    let bodyLength: Int
    let writeBody: @Sendable (inout ByteBuffer) -> Void

    var direct: DirectAnswer {
        DirectAnswer(
            route: route, fields: fields + [("Consistency-Token", consistencyToken)], bodyLength: bodyLength,
            writeBody: writeBody)
    }

    /// Holds its body's bytes, and nothing of what PostgreSQL has sent.
    var detached: StrategyAnswer {
        var bytes = ByteBuffer()
        bytes.reserveCapacity(bodyLength)
        writeBody(&bytes)
        return StrategyAnswer(
            revision: revision, route: route, fields: fields, consistencyToken: consistencyToken,
            bodyLength: bodyLength
        ) { [bytes] body in
            body.writeImmutableBuffer(bytes)
        }
    }

    /// In bytes, about.
    var memory: Int { bodyLength + 512 }
}
