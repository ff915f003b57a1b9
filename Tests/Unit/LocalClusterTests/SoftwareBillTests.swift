import FoundationEssentials
import LocalCluster
import Testing

@Suite struct SoftwareBillTests {
    private static let resolved = """
        {"pins": [
          {"identity": "swift-nio", "kind": "remoteSourceControl", "location": "https://github.com/apple/swift-nio.git",
           "state": {"revision": "abc", "version": "2.101.2"}},
          {"identity": "other", "kind": "remoteSourceControl", "location": "https://example.com/x/other",
           "state": {"revision": "def"}}], "version": 3}
        """

    @Test("a Swift package is named by its repository and version, or else its revision")
    func swiftPackages() throws {
        let components = try SoftwareComponent.swiftPackages(resolved: Self.resolved)
        #expect(
            components.map(\.packageURL) == [
                "pkg:swift/github.com/apple/swift-nio@2.101.2", "pkg:swift/example.com/x/other@def",
            ])
        #expect(throws: DecodingError.self) { try SoftwareComponent.swiftPackages(resolved: "{}") }
    }

    @Test("of Debian's packages only those count that are installed")
    func debianPackages() {
        let components = SoftwareComponent.debianPackages(
            """
            ii  redis-server 5:7.0.15-1~deb12u10 amd64
            un  postgresql-9  amd64
            rc  nginx 1.22.1-9 amd64
            dpkg-query: no packages found matching libhiredis
            """)
        #expect(
            components.map(\.packageURL) == ["pkg:deb/debian/redis-server@5%3A7.0.15-1~deb12u10?arch=amd64"])
    }

    @Test("the bill is CycloneDX, and the same software gives the same one")
    func bill() throws {
        let made = try #require(PointInTime("2026-11-27T22:10:00Z"))
        let components = try SoftwareComponent.swiftPackages(resolved: Self.resolved)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func text(_ components: [SoftwareComponent]) throws -> String {
            String(
                decoding: try encoder.encode(SoftwareBill(of: "1a2b", made: made, components: components)),
                as: UTF8.self)
        }
        let bill = try text(components)
        #expect(bill == (try text(components.reversed() + components)))
        for part in [
            #""bomFormat":"CycloneDX""#, #""specVersion":"1.5""#, #""timestamp":"2026-11-27T22:10:00Z""#,
            #""bom-ref":"pkg:swift/github.com/apple/swift-nio@2.101.2""#, #""type":"application""#,
        ] { #expect(bill.contains(part), "\(part)") }
    }
}
