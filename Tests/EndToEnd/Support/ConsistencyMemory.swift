import Synchronization

/// The newest `Consistency-Token` that a client was given.
final class ConsistencyMemory: Sendable {
    static let field = "Consistency-Token"

    private let newest = Mutex<String?>(nil)

    var token: String? { newest.withLock { $0 } }

    func remember(_ token: String?) {
        if let token { newest.withLock { $0 = token } }
    }
}
