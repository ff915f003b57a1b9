import FoundationEssentials
import Glibc
package import Logging
import Synchronization

/// The signing keys as their folder has them now: a key that is added to it, or taken out of it, needs no restart.
package final class SigningKeys: Sendable {
    private struct State {
        var set: SigningKeySet
        var published: JSONWebKeySet
        /// Of the folder, when it was last looked at: names, sizes and times of the files.
        var fingerprint: [String]
    }

    private let directory: String
    private let tokenLifetime: Int
    private let now: @Sendable () -> Int
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - tokenLifetime: of the longest-lived access token, in seconds.
    ///   - now: seconds since 1970.
    /// - Throws: a sentence that names the file that cannot be used.
    package init(
        directory: String, tokenLifetime: Int, now: @escaping @Sendable () -> Int, logger: Logger
    ) throws(SigningKeyError) {
        self.directory = directory
        self.tokenLifetime = tokenLifetime
        self.now = now
        self.logger = logger
        let fingerprint = Self.fingerprint(of: directory)
        let set = try SigningKeySet(directory: directory)
        state = Mutex(
            State(
                set: set, published: set.published(at: now(), tokenLifetime: tokenLifetime), fingerprint: fingerprint))
    }

    /// The keys to publish, by which tokens are believed.
    package var published: JSONWebKeySet { state.withLock { $0.published } }

    /// The key that signs at a time, in seconds since 1970.
    package func signer(at time: Int) -> SigningKey { state.withLock { $0.set }.signer(at: time) }

    /// Looks at the folder, and reads it when something in it has changed. What cannot be used is said in the log once, and the
    /// keys stay as they are.
    ///
    /// - Returns: whether other keys are published than before, by the folder or by the time.
    package func refresh() -> Bool {
        let fingerprint = Self.fingerprint(of: directory)
        let set = state.withLock { $0.fingerprint == fingerprint } ? nil : read()
        let time = now()
        return state.withLock { state in
            state.fingerprint = fingerprint
            if let set { state.set = set }
            let published = state.set.published(at: time, tokenLifetime: tokenLifetime)
            guard published.keyIDs != state.published.keyIDs else { return false }
            state.published = published
            logger.notice("Other signing keys are published", metadata: ["kids": "\(published.keyIDs.sorted())"])
            return true
        }
    }

    private func read() -> SigningKeySet? {
        do throws(SigningKeyError) {
            return try SigningKeySet(directory: directory)
        } catch {
            logger.error("The signing keys stay as they were", metadata: ["cause": "\(error)"])
            return nil
        }
    }

    private static func fingerprint(of directory: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.sorted().map { name in
            var status = stat()
            guard stat(directory + "/" + name, &status) == 0 else { return name }
            let time = status.st_mtim
            return "\(name) \(status.st_ino) \(status.st_size) \(time.tv_sec).\(time.tv_nsec)"
        }
    }
}
