import Foundation
import TestSupport

/// A version of this project: its clone, and the programs that were built from it.
struct Release {
    static let programs = ["desk", "gateway", "auth", "strategies"]

    let repository: URL
    let programs: URL

    /// The one that is tested.
    static func current() throws -> Release {
        let desk = URL(filePath: try TestEnvironment.value("DESK_EXECUTABLE"))
        var folder = desk.deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
            guard folder.path != "/" else { throw ClusterUnderTest.Failed(description: "\(desk.path) is in no clone.") }
            folder = folder.deletingLastPathComponent()
        }
        return Release(repository: folder, programs: desk.deletingLastPathComponent())
    }

    /// The one before: what `CRYPTODESK_UPGRADE_FROM` names, a clone with its `.build/release`; else the commit before this
    /// one, which is built in a folder of its own, as long as a first build takes.
    ///
    /// - Parameter scratch: takes the clone and its build.
    static func previous(in scratch: URL) async throws -> Release {
        if let path = try? TestEnvironment.value("CRYPTODESK_UPGRADE_FROM") {
            let repository = URL(filePath: path)
            return Release(repository: repository, programs: repository.appending(path: ".build/release"))
        }
        let clone = scratch.appending(path: "previous")
        let repository = try current().repository.path
        try await run("git", ["-C", repository, "worktree", "add", "--detach", clone.path, "HEAD^"])
        for program in programs {
            try await run("swift", ["build", "--package-path", clone.path, "-c", "release", "--product", program])
        }
        return Release(repository: clone, programs: clone.appending(path: ".build/release"))
    }

    /// Forgets a clone that ``previous(in:)`` made.
    static func forgetClones(in scratch: URL) async throws {
        try FileManager.default.removeItem(at: scratch)
        try await run("git", ["-C", try current().repository.path, "worktree", "prune"])
    }

    private static func run(_ program: String, _ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = FileHandle.nullDevice
        try process.run()
        guard try await eventually(within: .seconds(5400), { !process.isRunning }) else {
            process.terminate()
            throw ClusterUnderTest.Failed(description: "\(program) \(arguments.joined(separator: " ")) does not end.")
        }
        guard process.terminationStatus == 0 else {
            throw ClusterUnderTest.Failed(description: "\(program) \(arguments.joined(separator: " ")) failed.")
        }
    }
}

/// A folder that a cluster runs from, as an installation is: its programs and files are exchanged for another version's
/// under the same names.
struct InstalledRelease {
    let folder: URL

    var desk: String { folder.appending(path: "programs/desk").path }

    init(_ release: Release, in folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(
            at: folder.appending(path: "programs"), withIntermediateDirectories: true)
        try replace(with: release)
    }

    /// What runs goes on with the files that it has opened; what is started from now on is of this version.
    func replace(with release: Release) throws {
        for name in ["Package.swift", "deploy", "docs", "Web"] {
            try link(name, to: release.repository.appending(path: name))
        }
        // What set-up fetched is of no version.
        try link(".build", to: try Release.current().repository.appending(path: ".build"))
        for name in Release.programs {
            let draft = folder.appending(path: "programs/\(name).new")
            try? FileManager.default.removeItem(at: draft)
            try FileManager.default.copyItem(
                at: release.programs.appending(path: name).resolvingSymlinksInPath(), to: draft)
            try move(draft, to: folder.appending(path: "programs/\(name)"))
        }
    }

    private func link(_ name: String, to target: URL) throws {
        let draft = folder.appending(path: "link.new")
        try? FileManager.default.removeItem(at: draft)
        try FileManager.default.createSymbolicLink(at: draft, withDestinationURL: target)
        try move(draft, to: folder.appending(path: name))
    }

    /// In one step, whatever has the name now.
    private func move(_ draft: URL, to place: URL) throws {
        guard rename(draft.path, place.path) == 0 else {
            throw ClusterUnderTest.Failed(description: "\(draft.path) cannot be renamed (\(errno)).")
        }
    }
}
