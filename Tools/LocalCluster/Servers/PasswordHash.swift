import CCrypt
import Glibc

/// bcrypt by the system's libxcrypt.
package enum PasswordHash {
    /// - Parameter cost: the logarithm of the rounds; 12 takes about a quarter of a second.
    package static func bcrypt(_ password: String, cost: UInt = 12) throws(ClusterError) -> String {
        var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        guard crypt_gensalt_rn("$2b$", cost, nil, 0, &setting, Int32(setting.count)) != nil else {
            throw ClusterError("A salt for bcrypt could not be made: \(SystemError.last).")
        }
        var data = [UInt8](repeating: 0, count: MemoryLayout<crypt_data>.size)
        let size = Int32(data.count)
        let hash = data.withUnsafeMutableBytes {
            crypt_rn(password, setting, $0.baseAddress, size).map { String(cString: $0) }
        }
        guard let hash else { throw ClusterError("The password could not be hashed: \(SystemError.last).") }
        return hash
    }
}
