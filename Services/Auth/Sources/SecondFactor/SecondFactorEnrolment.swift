package import Authentication
package import Postgres

/// What an owner gets to set up an authenticator.
package struct SecondFactorEnrolment: Sendable {
    package let secret: TOTPSecret
    /// The account's address.
    package let email: String

    /// - Throws: ``SecondFactorError``, ``SessionError/accountUnavailable``, `PostgresError`.
    package static func begin(for token: AccessToken, in repository: SecondFactorRepository) async throws -> Self {
        let secret = TOTPSecret()
        let email = try await repository.begin(secret, userID: token.userID)
        return SecondFactorEnrolment(secret: secret, email: email)
    }

    /// - Returns: the recovery codes, which nobody is told again, and the user's new revision.
    /// - Throws: as ``begin(for:in:)``.
    package static func confirm(
        _ code: String, for token: AccessToken, by origin: AuditOrigin, in repository: SecondFactorRepository
    ) async throws -> (codes: [RecoveryCode], revision: Revision) {
        let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode() }
        let revision = try await repository.confirm(
            SecondFactorCode(code), userID: token.userID, recoveryCodes: codes, by: origin)
        return (codes, revision)
    }
}
