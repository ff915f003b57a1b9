package import NIOCore

/// An answer of the server, as far as a load test looks at it.
package struct HTTPAnswer {
    package let status: Int
    package let body: ByteBuffer
    /// What a client that reads its own changes sends along (`Consistency-Token`).
    package let consistencyToken: String?
    /// Whether the connection may be used again.
    package let keepsAlive: Bool

    package init(status: Int, body: ByteBuffer, consistencyToken: String? = nil, keepsAlive: Bool = true) {
        self.status = status
        self.body = body
        self.consistencyToken = consistencyToken
        self.keepsAlive = keepsAlive
    }
}
