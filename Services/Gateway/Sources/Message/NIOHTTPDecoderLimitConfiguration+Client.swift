package import NIOHTTP1

extension NIOHTTPDecoderLimitConfiguration {
    /// Where the decoder gives up; ``RequestHeadPolicy`` is stricter and tells the reason better.
    package static func client(_ limits: RequestLimits) -> NIOHTTPDecoderLimitConfiguration {
        var configuration = NIOHTTPDecoderLimitConfiguration()
        configuration.maxHeaderFieldSize = max(limits.uri, limits.headerBytes) + 1024
        configuration.maxHeaderListSize = limits.uri + limits.headerBytes + 1024
        configuration.maxHeaderFieldCount = limits.headerFields + 1
        return configuration
    }
}
