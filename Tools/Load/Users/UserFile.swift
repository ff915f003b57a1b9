import FoundationEssentials
import Glibc

/// The accounts of earlier load tests against one cluster, with their passwords: hashing a thousand takes minutes.
package struct UserFile: Sendable {
    package private(set) var users: [LoadUser]
    private let path: String

    /// Reads the file; without one there are no users yet.
    ///
    /// - Throws: ``LoadFailure`` when there is one that cannot be read.
    package init(path: String) throws {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            users = []
            return
        }
        guard let data = FileManager.default.contents(atPath: path),
            let users = try? JSONDecoder().decode([LoadUser].self, from: data)
        else { throw LoadFailure("\(path) is no file of a load test's users: remove it, and new ones are made.") }
        self.users = users
    }

    /// Keeps users as they are now, readable by nobody else; those that are not among them stay as they were.
    ///
    /// - Throws: ``LoadFailure``.
    package mutating func keep(_ current: [LoadUser]) throws {
        let emails = Set(current.map(\.email))
        users = current.sorted { $0.id < $1.id } + users.filter { !emails.contains($0.email) }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        if !folder.isEmpty {
            try? FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        // Whole or not at all: a refresh token that is lost costs a login.
        let new = path + ".new"
        guard let text = try? JSONEncoder().encode(users),
            FileManager.default.createFile(atPath: new, contents: text, attributes: [.posixPermissions: 0o600]),
            rename(new, path) == 0
        else { throw LoadFailure("The load test's users cannot be kept in \(path).") }
    }
}
