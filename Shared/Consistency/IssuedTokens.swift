import Synchronization

/// The last consistency token of each user, as this process wrote it: until their data changes the text stays the same,
/// and its code need not be computed again.
package final class IssuedTokens: Sendable {
    private let codec: ConsistencyTokenCodec
    private let capacity: Int
    private let texts = Mutex<[Int: (token: ConsistencyToken, text: String)]>([:])

    /// - Parameter capacity: how many users' are kept, at about 150 bytes each; beyond it all are forgotten.
    package init(_ codec: ConsistencyTokenCodec, capacity: Int = 16_384) {
        self.codec = codec
        self.capacity = capacity
    }

    package func text(of token: ConsistencyToken) -> String {
        if let known = texts.withLock({ $0[token.userID] }), known.token == token { return known.text }
        let text = codec.encode(token)
        texts.withLock { texts in
            if texts.count >= capacity, texts[token.userID] == nil { texts.removeAll(keepingCapacity: true) }
            texts[token.userID] = (token, text)
        }
        return text
    }
}
