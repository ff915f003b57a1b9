import FoundationEssentials

/// The signing keys of a folder: every one is published, the last by name signs.
package struct SigningKeySet: Sendable {
    /// At least one, in the order of their files' names.
    package let keys: [SigningKey]
    /// The key that signs new tokens.
    package let current: SigningKey

    package init(keys: [SigningKey]) throws(SigningKeyError) {
        guard let current = keys.last else { throw SigningKeyError(description: "there is no signing key") }
        self.keys = keys
        self.current = current
    }

    /// Reads every file `*.pem` of a folder. Throws a sentence that names the file.
    package init(directory: String) throws(SigningKeyError) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw SigningKeyError(description: "the folder of signing keys cannot be read: \(directory)")
        }
        var keys: [SigningKey] = []
        for name in names.sorted() where name.hasSuffix(".pem") && !name.hasPrefix(".") {
            guard let pem = try? String(contentsOfFile: directory + "/" + name, encoding: .utf8) else {
                throw SigningKeyError(description: "the signing key \(name) cannot be read")
            }
            do throws(SigningKeyError) {
                keys.append(try SigningKey(pem: pem))
            } catch {
                throw SigningKeyError(description: "the signing key \(name) cannot be used: \(error)")
            }
        }
        guard !keys.isEmpty else {
            throw SigningKeyError(description: "there is no file *.pem in the folder of signing keys: \(directory)")
        }
        try self.init(keys: keys)
    }

    package var jsonWebKeySet: JSONWebKeySet { JSONWebKeySet(keys: keys.map(\.publicKey)) }
}
