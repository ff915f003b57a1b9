package import APIContract
import Authentication
package import Consistency
package import HTTPService
import HTTPTypes
package import Hummingbird
import JSON
import Postgres

/// `/api/v1/auth/mfa`: an owner turns the second factor of his account on and off.
package struct SecondFactorRoutes: Sendable {
    private let repository: SecondFactorRepository
    private let owner: AccountOwner
    private let consistency: ConsistencyPolicy
    private let proxies: TrustedProxies

    /// The longest body, in bytes.
    private static let bodyLimit = 16 * 1024

    package init(
        repository: SecondFactorRepository, owner: AccountOwner, consistency: ConsistencyPolicy, proxies: TrustedProxies
    ) {
        self.repository = repository
        self.owner = owner
        self.consistency = consistency
        self.proxies = proxies
    }

    /// - Parameter group: behind `AuthenticationMiddleware`.
    package func add(to group: RouterGroup<ServiceRequestContext>) {
        group.post("mfa/totp") { try await begin($0, $1) }
        group.post("mfa/totp/confirm") { try await confirm($0, $1) }
        group.delete("mfa/totp") { try await disable($0, $1) }
    }

    func begin(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let enrolment = try await SecondFactorEnrolment.begin(for: try context.requireCaller(), in: repository)
        let uri = enrolment.secret.uri(account: enrolment.email)
        guard let code = QRCode(Array(uri.utf8)) else { throw APIError.internalError }
        let secret = enrolment.secret.text.jsonEscaped
        return .json(
            "{\"secret\":\(secret),\"otpauth_uri\":\(uri.jsonEscaped),\"qr_svg\":\(code.svg.jsonEscaped)}",
            headers: [.cacheControl: "no-store"])
    }

    func confirm(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        var body = ObjectValidator(try await request.jsonObject(upTo: Self.bodyLimit))
        let code = body.string("code", length: SecondFactorCode.givenLength)
        try body.finish()
        let caller = try context.requireCaller()
        let (codes, revision) = try await SecondFactorEnrolment.confirm(
            code, for: caller, by: context.auditOrigin(of: request, trusting: proxies), in: repository)
        var headers = consistency.fields(userID: caller.userID, revision: revision)
        headers[.cacheControl] = "no-store"
        let listed = codes.map { $0.text.jsonEscaped }.joined(separator: ",")
        return .json("{\"recovery_codes\":[\(listed)]}", headers: headers)
    }

    func disable(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        var body = ObjectValidator(try await request.jsonObject(upTo: Self.bodyLimit))
        let password = body.string("password", length: PasswordChange.givenLength)
        let code = body.string("code", length: SecondFactorCode.givenLength)
        try body.finish()
        let (caller, origin) = (try context.requireCaller(), context.auditOrigin(of: request, trusting: proxies))
        let revision = try await context.hashing {
            try await owner.disableSecondFactor(password: password, code: code, as: caller, by: origin)
        }
        return Response(
            status: .noContent, headers: consistency.fields(userID: caller.userID, revision: revision))
    }
}
