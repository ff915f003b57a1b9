import FoundationEssentials

/// The signing keys of a folder, and when each of them signs: from the time in its file's name on until the next one does.
///
/// A key is published from when its file is there, so that everybody knows it before it signs, and until every token that it
/// signed has expired. Which key signs depends on the time alone, so all instances change at once, without asking anybody.
package struct SigningKeySet: Sendable {
    /// One file.
    package struct Entry: Sendable {
        package let name: SigningKeyName
        package let key: SigningKey

        package init(name: SigningKeyName, key: SigningKey) {
            self.name = name
            self.key = key
        }
    }

    /// By how much the clocks of two instances may differ, in seconds.
    package static let clockSkew = 60

    /// At least one, in the order in which they sign.
    package let entries: [Entry]

    /// - Parameter entries: in any order.
    package init(_ entries: [Entry]) throws(SigningKeyError) {
        guard !entries.isEmpty else { throw SigningKeyError(description: "there is no signing key") }
        self.entries = entries.sorted { $0.name < $1.name }
    }

    /// Keys of which the last signs.
    package init(keys: [SigningKey]) throws(SigningKeyError) {
        try self.init(keys.enumerated().map { Entry(name: SigningKeyName(number: $0.offset + 1), key: $0.element) })
    }

    /// Reads every file `*.pem` of a folder. Throws a sentence that names the file.
    package init(directory: String) throws(SigningKeyError) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw SigningKeyError(description: "the folder of signing keys cannot be read: \(directory)")
        }
        var entries: [Entry] = []
        for name in names.sorted() where name.hasSuffix(".pem") && !name.hasPrefix(".") {
            guard let parsed = SigningKeyName(file: name) else {
                throw SigningKeyError(
                    description: "the signing key \(name) must be named NAME.pem or NAME.TIME.pem, such as "
                        + SigningKeyName(number: 2, signsFrom: 1_800_000_000).file)
            }
            guard let pem = try? String(contentsOfFile: directory + "/" + name, encoding: .utf8) else {
                throw SigningKeyError(description: "the signing key \(name) cannot be read")
            }
            do throws(SigningKeyError) {
                entries.append(Entry(name: parsed, key: try SigningKey(pem: pem)))
            } catch {
                throw SigningKeyError(description: "the signing key \(name) cannot be used: \(error)")
            }
        }
        guard !entries.isEmpty else {
            throw SigningKeyError(description: "there is no file *.pem in the folder of signing keys: \(directory)")
        }
        try self.init(entries)
    }

    package var keys: [SigningKey] { entries.map(\.key) }

    /// Every key, whether it still verifies or not.
    package var jsonWebKeySet: JSONWebKeySet { JSONWebKeySet(keys: keys.map(\.publicKey)) }

    /// The key that signs at a time, in seconds since 1970: the last whose time has come, else the first.
    package func signer(at now: Int) -> SigningKey { entries[signerIndex(at: now)].key }

    /// The keys by which tokens are believed at a time.
    ///
    /// - Parameter tokenLifetime: of the longest-lived access token, in seconds.
    package func published(at now: Int, tokenLifetime: Int) -> JSONWebKeySet {
        let kept = entries.indices.filter { (end(of: $0, tokenLifetime: tokenLifetime) ?? .max) > now }
        return JSONWebKeySet(keys: kept.map { entries[$0].key.publicKey })
    }

    /// When the last token of the key at `index` has expired, in seconds since 1970; nil while none
    /// follows it whose beginning is known.
    package func end(of index: Int, tokenLifetime: Int) -> Int? {
        guard index + 1 < entries.count, let next = entries[index + 1].name.signsFrom else { return nil }
        return next + tokenLifetime + Self.clockSkew
    }

    /// The place of the key that signs at a time.
    package func signerIndex(at now: Int) -> Int {
        entries.lastIndex { ($0.name.signsFrom ?? 0) <= now } ?? 0
    }
}
