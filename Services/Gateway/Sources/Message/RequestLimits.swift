/// The largest request that the gateway takes.
package struct RequestLimits: Sendable, Hashable {
    /// In bytes, the query included.
    package var uri = 8 * 1024
    /// In bytes, over all fields: names, values, and four bytes for each line's colon, space and line end.
    package var headerBytes = 16 * 1024
    package var headerFields = 100
    /// In bytes.
    package var body = 10 * 1024 * 1024

    package init() {}
}
