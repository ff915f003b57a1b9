import Crypto

/// A Lua script, called by the SHA-1 of its source.
package struct RedisScript: Sendable, Hashable {
    package let source: String
    /// Lower-case hexadecimal, as `EVALSHA` takes it.
    package let sha1: String

    package init(_ source: String) {
        self.source = source
        let digits = Array("0123456789abcdef".utf8)
        let digest = Insecure.SHA1.hash(data: Array(source.utf8))
        let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        self.sha1 = String(decoding: text, as: UTF8.self)
    }
}
