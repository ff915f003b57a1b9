import Authentication
import Foundation
import LocalCluster
import Testing

@Suite("The folder of signing keys as an operator changes it")
struct SigningKeyFolderTests {
    /// A folder with one key that has signed from the beginning.
    private final class Fixture {
        let path = FileManager.default.temporaryDirectory.appending(path: "key-folder-\(UUID().uuidString)").path
        var folder: SigningKeyFolder { SigningKeyFolder(path) }
        var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

        init() throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try write(SigningKey.generate().pem, "0001.pem")
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ text: String, _ file: String) throws {
            try text.write(toFile: "\(path)/\(file)", atomically: true, encoding: .utf8)
        }
    }

    private static let now = 1_800_000_000

    @Test("the next key is there before it signs, and the one before verifies on")
    func rotation() throws {
        let fixture = try Fixture()
        let first = try #require(try fixture.folder.list(at: Self.now).first)
        #expect(first.state == .signing && first.signsFrom == nil && first.file == "0001.pem")
        let rotation = try fixture.folder.rotate(at: Self.now, lead: 90)
        #expect(rotation.signsFrom == Self.now + 90 && rotation.removed.isEmpty)
        #expect(fixture.files == ["0001.pem", rotation.file] && rotation.file.hasPrefix("0002."))
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(fixture.path)/\(rotation.file)")
        #expect(attributes[.posixPermissions] as? Int == 0o600)

        let before = try fixture.folder.list(at: Self.now + 89)
        #expect(before.map(\.kid) == [first.kid, rotation.kid] && before.map(\.state) == [.signing, .next])
        let after = try fixture.folder.list(at: Self.now + 90)
        #expect(after.map(\.state) == [.verifying, .signing])
    }

    @Test("of two rotations the second waits for the first one's key to sign")
    func waiting() throws {
        let fixture = try Fixture()
        let rotation = try fixture.folder.rotate(at: Self.now, lead: 90)
        let error = #expect(throws: ClusterError.self) {
            try fixture.folder.rotate(at: Self.now + 89, lead: 90)
        }
        #expect(error.map { "\($0)" }?.contains(rotation.kid) == true)
        #expect(fixture.files.count == 2)
        #expect(try fixture.folder.rotate(at: Self.now + 90, lead: 90).file.hasPrefix("0003."))
    }

    @Test("a key goes a day after no token of it can be good, and not before")
    func removal() throws {
        let fixture = try Fixture()
        let second = try fixture.folder.rotate(at: Self.now, lead: 0)
        // The longest life of a token, a day, and a minute for clocks that differ.
        let end = Self.now + AccessToken.longestLifetime + 86_400 + 60
        let third = try fixture.folder.rotate(at: end, lead: 0)
        #expect(third.removed.isEmpty)
        let fourth = try fixture.folder.rotate(at: end + 1, lead: 0)
        #expect(fourth.removed == ["0001.pem"])
        #expect(fixture.files == [second.file, third.file, fourth.file])
    }

    @Test("a rotation is taken back without a trace")
    func takingBack() throws {
        let fixture = try Fixture()
        let before = try fixture.folder.list(at: Self.now).map(\.kid)
        let rotation = try fixture.folder.rotate(at: Self.now, lead: 90)
        fixture.folder.takeBack(rotation)
        #expect(try fixture.folder.list(at: Self.now + 90).map(\.kid) == before)
    }

    @Test("a folder with a file that is no key is not changed, and the file is named")
    func unusable() throws {
        let fixture = try Fixture()
        try fixture.write("no key", "0002.pem")
        let error = #expect(throws: ClusterError.self) { try fixture.folder.rotate(at: Self.now, lead: 90) }
        #expect(error.map { "\($0)" }?.contains("0002.pem") == true)
        #expect(fixture.files == ["0001.pem", "0002.pem"])
        #expect(throws: ClusterError.self) { try SigningKeyFolder(fixture.path + "/nothing").list(at: Self.now) }
    }
}
