package import Postgres

/// What a client that sends its consistency token in the header, and only there, has seen.
package struct PresentedRevision: Sendable {
    /// `nil` for a client that shows nothing.
    package let minimum: Revision?
    /// As it came.
    private let text: String?

    /// - Returns: `nil` for a token that is not the user's, or that should be written anew: ``PresentedToken`` knows what to
    ///   make of it.
    package init?(_ text: String?, userID: Int, codec: ConsistencyTokenCodec) {
        self.text = text
        guard let text else {
            minimum = nil
            return
        }
        guard let decoded = codec.decode(text), decoded.token.userID == userID, decoded.isOfCurrentKey else {
            return nil
        }
        minimum = decoded.token.revision
    }

    /// The token as the client sent it, where it is one of an answer from this revision.
    package func text(of revision: Revision) -> String? { revision == minimum ? text : nil }
}
