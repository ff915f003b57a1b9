import Authentication
import Documents
import FoundationEssentials

// The block `tokens` of an upstream that has users of its own: the two secrets of its bridge.
extension ConfigurationReader {
    private static let tokenKeys = ["key", "key_file", "bridge_key", "bridge_key_file"]

    mutating func legacyTokens(_ node: DocumentNode) -> LegacyTokenKeys? {
        guard let section = section(node, keys: Self.tokenKeys) else { return nil }
        let own = secret("key", section, of: node)
        let bridge = secret("bridge_key", section, of: node)
        guard let own, let bridge else { return nil }
        if own == bridge { report(node, "key and bridge_key must differ") }
        return LegacyTokenKeys(own: own, bridge: bridge)
    }

    /// From a setting or a file, and never from this file, which is no secret. No message repeats one.
    private mutating func secret(_ key: String, _ section: [String: DocumentNode], of node: DocumentNode) -> [UInt8]? {
        switch (section[key], section[key + "_file"]) {
        case (let place?, nil):
            guard let text = text(place) else { return nil }
            guard text.setting != nil else {
                report(place, "a secret stands in a setting, as ${NAME}, or in the file that \(key)_file names")
                return nil
            }
            return checked(text.value, at: place)
        case (nil, let place?):
            guard let path = text(place) else { return nil }
            guard let content = try? String(contentsOfFile: path.value, encoding: .utf8) else {
                report(place, "\(path.shown) cannot be read as text in UTF-8")
                return nil
            }
            return checked(String(content.prefix { !$0.isNewline }), at: place)
        default:
            report(node, "needs one of \(key) and \(key)_file")
            return nil
        }
    }

    private mutating func checked(_ secret: String, at node: DocumentNode) -> [UInt8]? {
        guard secret.utf8.count >= LegacyTokenKeys.minimumLength else {
            report(node, "the secret must have at least \(LegacyTokenKeys.minimumLength) bytes")
            return nil
        }
        return Array(secret.utf8)
    }
}
