import Authentication
import Crypto
package import JSON

extension StrategyDraft {
    /// The same for drafts that say the same, whatever their bodies looked like: SHA-256, in base64url.
    package var fingerprint: String {
        Base64URL.encode(SHA256.hash(data: Array(JSONValue.object(members).serialized().utf8)))
    }

    /// All of it, as a client would write it.
    package var members: JSONObject {
        var members = JSONObject()
        members[Member.name.rawValue] = .string(name)
        members[Member.description.rawValue] = description.map(JSONValue.string) ?? .null
        members[Member.parameters.rawValue] = .object(parameters)
        members[Member.tags.rawValue] = .array(tags.map(JSONValue.string))
        members[Member.status.rawValue] = .string(status)
        return members
    }
}
