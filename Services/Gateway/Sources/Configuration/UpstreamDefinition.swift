package import Authentication

/// A group of interchangeable services, as the configuration gives it.
package struct UpstreamDefinition: Sendable, Hashable {
    package let name: UpstreamName
    /// Where its instances are, 1 to 64 of them. A host name is to be resolved again from time to time.
    package let endpoints: [UpstreamEndpoint]
    /// For all requests to the service together; `nil` for none.
    package let limit: RateLimitPolicy?
    /// Requests in flight at once from one gateway; `nil` where the setting holds.
    package let concurrency: Int?
    /// Of an upstream that has users of its own; `nil` where its tokens are none for the gateway.
    package let tokens: LegacyTokenKeys?

    package init(
        name: UpstreamName, endpoints: [UpstreamEndpoint], limit: RateLimitPolicy? = nil, concurrency: Int? = nil,
        tokens: LegacyTokenKeys? = nil
    ) {
        self.name = name
        self.endpoints = endpoints
        self.limit = limit
        self.concurrency = concurrency
        self.tokens = tokens
    }
}
