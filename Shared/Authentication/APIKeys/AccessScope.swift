/// What a token that stands for an API key is good for; a token of a session has no scopes and is good for everything that
/// its user may do.
package enum AccessScope: String, Sendable, Hashable, CaseIterable {
    case readStrategies = "strategies:read"
    case writeStrategies = "strategies:write"
}

/// What scopes are about: the name that a route file gives it, and a scope each for reading and for changing it.
package enum ScopedResource: String, Sendable, Hashable, CaseIterable {
    case strategies

    package func scope(changing: Bool) -> AccessScope {
        switch self {
        case .strategies: changing ? .writeStrategies : .readStrategies
        }
    }
}

extension AccessToken {
    /// Whether the token's scopes, if it has any, reach so far.
    ///
    /// - Parameter resource: nil for what no API key reaches.
    package func permits(_ resource: ScopedResource?, changing: Bool) -> Bool {
        guard let scopes else { return true }
        return resource.map { scopes.contains($0.scope(changing: changing)) } ?? false
    }
}
