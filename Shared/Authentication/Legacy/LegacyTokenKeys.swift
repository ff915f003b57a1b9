/// The two secrets of a token bridge: what the application that is migrated from signs its tokens with, and what the gateway
/// signs those with that it makes for that application.
package struct LegacyTokenKeys: Sendable, Hashable, CustomStringConvertible {
    /// Bytes of each at least: those of HMAC-SHA256's output (RFC 7518, section 3.2).
    package static let minimumLength = 32

    package let own: [UInt8]
    package let bridge: [UInt8]

    /// Nil when one is too short, or when they are the same: a token of the bridge would then be one of the application's,
    /// for whoever brings it.
    package init?(own: [UInt8], bridge: [UInt8]) {
        guard min(own.count, bridge.count) >= Self.minimumLength, own != bridge else { return nil }
        self.own = own
        self.bridge = bridge
    }

    /// Reads as nothing in logs and messages.
    package var description: String { "LegacyTokenKeys" }
}
