import Crypto

/// The files that keep a cluster's passwords and keys from one start to the next.
enum SecretFiles {
    /// Reads the passwords, and makes those that are missing.
    static func passwords(_ layout: ClusterLayout) throws -> ClusterSecrets {
        ClusterSecrets(
            superuser: try password("postgres", layout),
            owner: try password("cryptodesk_owner", layout),
            auth: try password("cryptodesk_auth", layout),
            strategies: try password("cryptodesk_strategies", layout),
            replication: try password("cryptodesk_replication", layout),
            redis: try password("redis", layout),
            patroni: try password("patroni", layout),
            consistency: try password("consistency", layout),
            secondFactor: try password("mfa", layout),
            monolith: try password("monolith", layout),
            monolithTokens: try password("monolith-tokens", layout),
            monolithBridge: try password("monolith-bridge", layout))
    }

    private static func password(_ name: String, _ layout: ClusterLayout) throws -> String {
        let path = "\(layout.secretsFolder)/\(name).password"
        if let stored = Files.read(path)?.split(separator: "\n").first { return String(stored) }
        let fresh = SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        try Files.write(fresh + "\n", to: path, mode: 0o600)
        return fresh
    }
}
