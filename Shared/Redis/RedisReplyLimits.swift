/// What a reply may at most be; a server that sends more is disconnected.
package struct RedisReplyLimits: Sendable {
    /// Bytes of one reply on the wire, in bytes.
    package var bytes = 64 << 20
    /// Elements of one array.
    package var elements = 1 << 20
    /// Arrays inside arrays. hiredis itself stops at nine levels.
    package var depth = 8

    package init() {}
}
