import Authentication
import FoundationEssentials
import Glibc

/// The folder of signing keys as an operator changes it; Auth reads it each second.
package struct SigningKeyFolder: Sendable {
    /// A key and where it stands.
    package struct Listed: Encodable, Sendable {
        package enum State: String, Encodable, Sendable {
            /// Published, and does not sign yet.
            case next
            case signing
            /// Signs no more; its last tokens may still be good.
            case verifying
        }

        package let kid: String
        package let file: String
        package let state: State
        /// In seconds since 1970; nil for a key that has signed from the beginning.
        package let signsFrom: Int?

        private enum CodingKeys: String, CodingKey {
            case kid, file, state
            case signsFrom = "signs_from"
        }
    }

    /// What a rotation did.
    package struct Rotation: Encodable, Sendable {
        package let kid: String
        package let file: String
        package let signsFrom: Int
        /// Files of keys of which no token can be good any more.
        package let removed: [String]

        private enum CodingKeys: String, CodingKey {
            case kid, file, removed
            case signsFrom = "signs_from"
        }
    }

    /// How long the next key is known before it signs, in seconds: longer than the minute for which key sets are kept.
    package static let lead = 90
    /// Below it, one who has just asked for the keys might refuse the first token: Auth reads its folder each second, and
    /// verifiers do not ask again for five.
    package static let leastLead = 10
    package static let longestLead = 86_400

    private let path: String

    package init(_ path: String) { self.path = path }

    /// - Throws: ``ClusterError`` that names the file that cannot be used.
    package func list(at now: Int) throws -> [Listed] {
        let set = try keys()
        let signer = set.signerIndex(at: now)
        return set.entries.enumerated().map { index, entry in
            Listed(
                kid: entry.key.publicKey.keyID, file: entry.name.file,
                state: index == signer ? .signing : index < signer ? .verifying : .next, signsFrom: entry.name.signsFrom
            )
        }
    }

    /// Adds a key of 2048 bits that signs from `now + lead` on, and removes keys that are long over.
    ///
    /// - Throws: ``ClusterError``; then nothing has changed.
    package func rotate(at now: Int, lead: Int) throws -> Rotation {
        let set = try keys()
        let signer = set.signerIndex(at: now)
        if let next = set.entries.dropFirst(signer + 1).first {
            throw ClusterError(
                "The key \(next.key.publicKey.keyID) is published and does not sign yet: rotate again when it does "
                    + "(desk keys list), or remove \(path)/\(next.name.file).")
        }
        let number = (set.entries.compactMap { Int($0.name.label) }.max() ?? set.entries.count) + 1
        let name = SigningKeyName(number: number, signsFrom: now + lead)
        let key = try SigningKey.generate()
        try Files.write(
            key.pem + "\n", to: file(name), mode: 0o600, owner: owner(of: set.entries[signer].name), isDurable: true)
        // One more day than any token lives.
        let over = set.entries.indices.filter {
            (set.end(of: $0, tokenLifetime: AccessToken.longestLifetime + 86_400) ?? .max) < now
        }
        let removed = over.map { set.entries[$0].name }
        for name in removed { Files.remove(file(name)) }
        return Rotation(
            kid: key.publicKey.keyID, file: name.file, signsFrom: now + lead, removed: removed.map(\.file))
    }

    /// Takes back the key of a rotation, before it signs.
    package func takeBack(_ rotation: Rotation) { Files.remove(path + "/" + rotation.file) }

    private func keys() throws -> SigningKeySet {
        do {
            return try SigningKeySet(directory: path)
        } catch {
            throw ClusterError("The keys cannot be used: \(error).")
        }
    }

    private func file(_ name: SigningKeyName) -> String { path + "/" + name.file }

    /// Whoever can read the present key is to read the next one.
    private func owner(of name: SigningKeyName) -> Account? {
        var status = stat()
        guard geteuid() == 0, stat(file(name), &status) == 0 else { return nil }
        return Account(userID: status.st_uid, groupID: status.st_gid)
    }
}
