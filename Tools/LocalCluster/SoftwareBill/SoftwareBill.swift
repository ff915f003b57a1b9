import FoundationEssentials

/// A software bill of materials in CycloneDX 1.5 (ECMA-424), as JSON.
package struct SoftwareBill: Encodable, Sendable {
    private struct Component: Encodable {
        let type = "library"
        let name: String
        let version: String
        let packageURL: String

        enum CodingKeys: String, CodingKey {
            case type, name, version
            case packageURL = "purl"
            case reference = "bom-ref"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(type, forKey: .type)
            try container.encode(packageURL, forKey: .reference)
            try container.encode(name, forKey: .name)
            try container.encode(version, forKey: .version)
            try container.encode(packageURL, forKey: .packageURL)
        }
    }

    private struct Subject: Encodable {
        let type = "application"
        let name = "cryptodesk"
        let version: String
    }

    private struct Metadata: Encodable {
        let timestamp: String
        let component: Subject
    }

    private let bomFormat = "CycloneDX"
    private let specVersion = "1.5"
    private let version = 1
    private let metadata: Metadata
    private let components: [Component]

    /// - Parameters:
    ///   - version: of this project.
    ///   - components: in any order; they are sorted, so that the same software gives the same bill.
    package init(of version: String, made: PointInTime, components: [SoftwareComponent]) {
        metadata = Metadata(timestamp: made.description, component: Subject(version: version))
        self.components = Set(components).sorted { $0.packageURL < $1.packageURL }.map {
            Component(name: $0.name, version: $0.version, packageURL: $0.packageURL)
        }
    }
}
