/// The name of a group of interchangeable services, as the configuration gives it.
package struct UpstreamName: RawRepresentable, Sendable, Hashable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package static let auth = UpstreamName(rawValue: "auth")
    package static let strategies = UpstreamName(rawValue: "strategies")
}
