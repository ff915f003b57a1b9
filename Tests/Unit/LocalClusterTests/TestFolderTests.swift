import Foundation
import LocalCluster
import Testing

@Suite("The folder of a run of the tests")
struct TestFolderTests {
    @Test("is one's own, and goes with all that is in it")
    func removal() async throws {
        let (first, second) = (try TestFolder(), try TestFolder())
        #expect(first.path != second.path)
        let inside = URL(filePath: first.path).appending(path: "a/b")
        try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: inside.appending(path: "log"))
        await first.remove()
        #expect(!FileManager.default.fileExists(atPath: first.path))
        #expect(FileManager.default.fileExists(atPath: second.path))
        await second.remove()
    }

    @Test("stays until the clusters in it have stopped")
    func lockedCluster() async throws {
        let folder = try TestFolder()
        let data = DataFolder(path: folder.path + "/cluster")
        var lock = try data.open()
        #expect(lock != nil)
        let removal = Task { await folder.remove() }
        for _ in 0..<50 { await Task.yield() }
        #expect(FileManager.default.fileExists(atPath: data.layout.folder))
        withExtendedLifetime(lock) {}
        lock = nil
        await removal.value
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }
}
