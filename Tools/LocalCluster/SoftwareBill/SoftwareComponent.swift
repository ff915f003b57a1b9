import FoundationEssentials

/// One piece of software that a cluster is made of, by its package URL.
///
/// Source: package-url specification, types `swift` and `deb`.
package struct SoftwareComponent: Hashable, Sendable {
    package let name: String
    package let version: String
    package let packageURL: String

    /// The Swift packages that the programs are built from.
    ///
    /// - Parameter resolved: SwiftPM's `Package.resolved`.
    /// - Throws: `DecodingError` for a file of another form.
    package static func swiftPackages(resolved: String) throws -> [SoftwareComponent] {
        let pins = try JSONDecoder().decode(Resolved.self, from: Data(resolved.utf8)).pins
        return pins.map { pin in
            // The host and path of the repository are the namespace.
            let place = pin.location.split(separator: "://").last.map(String.init) ?? pin.location
            let path = place.hasSuffix(".git") ? String(place.dropLast(4)) : place
            let version = pin.state.version ?? pin.state.revision
            return SoftwareComponent(
                name: pin.identity, version: version, packageURL: "pkg:swift/\(path)@\(version)")
        }
    }

    /// Debian's packages.
    ///
    /// - Parameter list: lines of `dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version} ${Architecture}\n'`.
    package static func debianPackages(_ list: String) -> [SoftwareComponent] {
        list.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 4, words[0] == "ii" else { return nil }
            let version = words[2].split(separator: ":", omittingEmptySubsequences: false).joined(separator: "%3A")
            return SoftwareComponent(
                name: String(words[1]), version: String(words[2]),
                packageURL: "pkg:deb/debian/\(words[1])@\(version)?arch=\(words[3])")
        }
    }

    private struct Resolved: Decodable {
        struct Pin: Decodable {
            let identity: String
            let location: String
            let state: State
        }

        struct State: Decodable {
            let revision: String
            let version: String?
        }

        let pins: [Pin]
    }
}
