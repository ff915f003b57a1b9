import CryptoExtras
import FoundationEssentials

/// The first key that Auth signs access tokens with.
enum SigningKeyFile {
    /// Makes an RSA key of 2048 bits, as PEM, unless the folder holds a key already. True when it made one.
    static func makeIfMissing(_ layout: ClusterLayout) throws -> Bool {
        let present = try FileManager.default.contentsOfDirectory(atPath: layout.keysFolder)
        if present.contains(where: { $0.hasSuffix(".pem") }) { return false }
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        try Files.write(key.pkcs8PEMRepresentation + "\n", to: layout.keysFolder + "/0001.pem", mode: 0o600)
        return true
    }
}
