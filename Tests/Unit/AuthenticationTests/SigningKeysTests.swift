import Authentication
import Foundation
import Logging
import Synchronization
import Testing

@Suite("A folder of signing keys that changes")
struct SigningKeysTests {
    /// A folder with one key, and the clock that its reader goes by.
    private final class Fixture: Sendable {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")
        let time = Mutex(ForgedToken.now)

        init() throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try add(ForgedToken.key, SigningKeyName(number: 1))
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func add(_ key: SigningKey, _ name: SigningKeyName) throws {
            try key.pem.write(
                to: folder.appending(path: name.file), atomically: true, encoding: String.Encoding.utf8)
        }

        func keys() throws -> SigningKeys {
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            return try SigningKeys(
                directory: folder.path, tokenLifetime: 900, now: { self.time.withLock { $0 } }, logger: logger)
        }
    }

    private static let first = ForgedToken.key.publicKey.keyID
    private static let second = ForgedToken.foreignKey.publicKey.keyID

    @Test(
        "a key that is added is published at once and signs when its time comes; the one before goes with its last token"
    )
    func rotation() throws {
        let fixture = try Fixture()
        let keys = try fixture.keys()
        #expect(!keys.refresh() && keys.published.keyIDs == [Self.first])
        let start = ForgedToken.now + 90
        try fixture.add(ForgedToken.foreignKey, SigningKeyName(number: 2, signsFrom: start))
        #expect(keys.published.keyIDs == [Self.first])
        #expect(keys.refresh() && keys.published.keyIDs == [Self.first, Self.second])
        #expect(keys.signer(at: start - 1).publicKey.keyID == Self.first)
        #expect(keys.signer(at: start).publicKey.keyID == Self.second)
        fixture.time.withLock { $0 = start + 959 }
        #expect(!keys.refresh() && keys.published.keyIDs == [Self.first, Self.second])
        fixture.time.withLock { $0 = start + 960 }
        #expect(keys.refresh() && keys.published.keyIDs == [Self.second])
    }

    @Test("what cannot be used changes nothing, and what is mended counts")
    func unusable() throws {
        let fixture = try Fixture()
        let keys = try fixture.keys()
        let file = fixture.folder.appending(path: "0002.pem")
        try "no key".write(to: file, atomically: true, encoding: .utf8)
        #expect(!keys.refresh() && keys.published.keyIDs == [Self.first])
        try ForgedToken.foreignKey.pem.write(to: file, atomically: true, encoding: .utf8)
        #expect(keys.refresh() && keys.published.keyIDs == [Self.first, Self.second])
        for name in ["0001.pem", "0002.pem"] {
            try FileManager.default.removeItem(at: fixture.folder.appending(path: name))
        }
        #expect(!keys.refresh() && keys.published.keyIDs == [Self.first, Self.second])
    }

    @Test("a key whose file is removed verifies nothing any more")
    func removed() throws {
        let fixture = try Fixture()
        try fixture.add(ForgedToken.foreignKey, SigningKeyName(number: 2, signsFrom: ForgedToken.now))
        let keys = try fixture.keys()
        #expect(keys.published.keyIDs == [Self.first, Self.second])
        try FileManager.default.removeItem(at: fixture.folder.appending(path: SigningKeyName(number: 1).file))
        #expect(keys.refresh() && keys.published.keyIDs == [Self.second])
    }

    @Test("a folder without a usable key stops the start")
    func start() throws {
        let fixture = try Fixture()
        try "no key".write(
            to: fixture.folder.appending(path: "0002.pem"), atomically: true, encoding: String.Encoding.utf8)
        #expect(throws: SigningKeyError.self) { try fixture.keys() }
    }
}
