import APIContract
import HTTPService
import HTTPTypes

/// In which epoch of a migration the gateway has sent a write: the database refuses one of an older epoch than its own.
struct WriteEpoch: Hashable, Sendable {
    let number: Int

    /// - Returns: `nil` where the route does not move.
    /// - Throws: ``APIError`` 400 for what is no number.
    init?(_ headers: HTTPFields) throws(APIError) {
        guard let field = headers[.writeEpoch] else { return nil }
        guard let number = Int(field), number > 0 else {
            throw APIError.malformed("The CryptoDesk-Write-Epoch must be a number from 1 on", code: .badRequest)
        }
        self.number = number
    }
}
