import APIContract
import HTTPService

extension ServiceRequestContext {
    /// Runs what waits for a hash, as long as the client waits for it. A full queue is no fault to log: it would be
    /// logged as often as a storm of logins knocks.
    func hashing<R: Sendable>(_ operation: @escaping @Sendable () async throws -> R) async throws -> R {
        do {
            return try await whileClientWaits(on: channel, operation)
        } catch let error as PasswordHashingError {
            throw APIError.hashing(error)
        } catch is ClientGone {
            throw APIError.hashing(.cancelled)
        }
    }
}
