import Accounts
import CCrypt

/// bcrypt (`$2b$`) by libxcrypt, with the 32 KB of scratch memory that one thread needs for it.
///
/// It belongs to one thread: `crypt_r` writes into that memory.
// @unchecked: used on one thread only, the one of the hasher's pool whose thread-specific variable holds it.
package final class BcryptWorkspace: @unchecked Sendable {
    private let data: UnsafeMutablePointer<crypt_data>

    package init() {
        data = .allocate(capacity: 1)
        data.initialize(to: crypt_data())
    }

    deinit {
        data.deallocate()
    }

    /// Hashes a password; the result begins with its own setting.
    ///
    /// - Parameter setting: a hash, or `$2b$`, cost and salt.
    /// - Returns: nil when the setting is no bcrypt setting.
    package func hash(_ password: some Sequence<UInt8>, setting: String) -> String? {
        guard BcryptSetting(setting) != nil else { return nil }
        var phrase = password.map { CChar(bitPattern: $0) } + [0]
        defer { for index in phrase.indices { phrase[index] = 0 } }
        guard let output = crypt_r(phrase, setting, data), output.pointee != CChar(UInt8(ascii: "*")) else {
            return nil
        }
        return String(cString: output)
    }

    /// A setting with a new random salt, from the system's generator; nil when that has none to give.
    package static func makeSetting(cost: Int) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CRYPT_GENSALT_OUTPUT_SIZE)) { buffer in
            crypt_gensalt_rn("$2b$", UInt(cost), nil, 0, buffer.baseAddress, Int32(buffer.count))
                .map { String(cString: $0) }
        }
    }
}
