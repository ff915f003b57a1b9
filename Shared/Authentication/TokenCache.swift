import Synchronization

/// Tokens that were verified, by their whole text, until they expire; bounded, and safe on every thread.
///
/// Each stripe has a lock of its own and two generations: when the young one is full, the old one is dropped and the
/// young one becomes the old one. What is used moves to the young one, so what is used stays.
package final class TokenCache: Sendable {
    private struct Stripe {
        var young: [Key: AccessToken] = [:]
        var old: [Key: AccessToken] = [:]
    }

    /// A token's text. Its last letters belong to the signature and are as good as random: hashing all of it costs more than
    /// comparing it.
    private struct Key: Hashable {
        let text: String

        func hash(into hasher: inout Hasher) { hasher.combine(tail) }

        var tail: UInt64 {
            var tail: UInt64 = 0
            for byte in text.utf8.suffix(8) { tail = tail << 8 | UInt64(byte) }
            return tail
        }
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
        let key = Key(text: text)
        let token = stripe(of: key).withLock { stripe -> AccessToken? in
            if let token = stripe.young[key] { return token }
            guard let token = stripe.old.removeValue(forKey: key) else { return nil }
            insert(token, key, into: &stripe)
            return token
        }
        guard let token, token.expiresAt > now else { return nil }
        return token
    }

    package func store(_ token: AccessToken, for text: String) {
        let key = Key(text: text)
        stripe(of: key).withLock { insert(token, key, into: &$0) }
    }

    package func removeAll() {
        for stripe in stripes { stripe.withLock { $0 = Stripe() } }
    }

    /// Never more than the capacity.
    package var count: Int {
        stripes.reduce(0) { sum, stripe in sum + stripe.withLock { $0.young.count + $0.old.count } }
    }

    private func insert(_ token: AccessToken, _ key: Key, into stripe: inout Stripe) {
        if stripe.young.count >= generationCapacity {
            stripe.old = stripe.young
            stripe.young.removeAll(keepingCapacity: true)
        }
        stripe.young[key] = token
    }

    private func stripe(of key: Key) -> LockedStripe {
        // A letter carries six bits, in its lowest ones and in its case.
        stripes[Int(truncatingIfNeeded: key.tail >> 8) & (Self.stripeCount - 1)]
    }

    private final class LockedStripe: Sendable {
        private let mutex = Mutex(Stripe())

        func withLock<R>(_ body: (inout Stripe) -> R) -> R { mutex.withLock { body(&$0) } }
    }
}
