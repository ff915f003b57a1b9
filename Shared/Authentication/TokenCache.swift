import Synchronization

/// Tokens that were verified, by their whole text, until they expire; bounded, and safe on every thread.
///
/// Each stripe has a lock of its own and two generations: when the young one is full, the old one is dropped and the
/// young one becomes the old one. What is used moves to the young one, so what is used stays.
package final class TokenCache: Sendable {
    private struct Stripe {
        var young: [String: AccessToken] = [:]
        var old: [String: AccessToken] = [:]
    }

    private static let stripeCount = 16
    private let stripes: [LockedStripe]
    private let generationCapacity: Int

    /// Keeps between half of `capacity` and `capacity` tokens, once it is full.
    package init(capacity: Int) {
        self.stripes = (0..<Self.stripeCount).map { _ in LockedStripe() }
        self.generationCapacity = max(1, capacity / (2 * Self.stripeCount))
    }

    /// - Parameter now: seconds since 1970; a token that has expired by then is not returned.
    package func token(for text: String, now: Int) -> AccessToken? {
        let token = stripe(of: text).withLock { stripe -> AccessToken? in
            if let token = stripe.young[text] { return token }
            guard let token = stripe.old.removeValue(forKey: text) else { return nil }
            insert(token, text, into: &stripe)
            return token
        }
        guard let token, token.expiresAt > now else { return nil }
        return token
    }

    package func store(_ token: AccessToken, for text: String) {
        stripe(of: text).withLock { insert(token, text, into: &$0) }
    }

    package func removeAll() {
        for stripe in stripes { stripe.withLock { $0 = Stripe() } }
    }

    /// Never more than the capacity.
    package var count: Int {
        stripes.reduce(0) { sum, stripe in sum + stripe.withLock { $0.young.count + $0.old.count } }
    }

    private func insert(_ token: AccessToken, _ text: String, into stripe: inout Stripe) {
        if stripe.young.count >= generationCapacity {
            stripe.old = stripe.young
            stripe.young.removeAll(keepingCapacity: true)
        }
        stripe.young[text] = token
    }

    private func stripe(of text: String) -> LockedStripe {
        // The last letters belong to the signature and are as good as random.
        var hash = 0
        for byte in text.utf8.suffix(4) { hash = hash &* 31 &+ Int(byte) }
        return stripes[hash & (Self.stripeCount - 1)]
    }

    private final class LockedStripe: Sendable {
        private let mutex = Mutex(Stripe())

        func withLock<R>(_ body: (inout Stripe) -> R) -> R { mutex.withLock { body(&$0) } }
    }
}
