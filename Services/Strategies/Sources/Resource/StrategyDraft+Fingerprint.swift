import Authentication
import Crypto
import JSON

extension StrategyDraft {
    /// The same for drafts that say the same, whatever their bodies looked like: SHA-256, in base64url.
    package var fingerprint: String {
        var members = JSONObject()
        members[Member.name.rawValue] = .string(name)
        members[Member.description.rawValue] = description.map(JSONValue.string) ?? .null
        members[Member.parameters.rawValue] = .object(parameters)
        members[Member.tags.rawValue] = .array(tags.map(JSONValue.string))
        members[Member.status.rawValue] = .string(status)
        return Base64URL.encode(SHA256.hash(data: Array(JSONValue.object(members).serialized().utf8)))
    }
}
