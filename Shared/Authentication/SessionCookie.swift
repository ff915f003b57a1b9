/// The cookies of a browser session (RFC 6265bis): out of reach of scripts, and sent by no other site's requests but a
/// visit.
///
/// On https their names begin with `__Host-`, which binds them to https and to this host alone; on http, which only a
/// browser on the same machine may use, nothing could.
package enum SessionCookie: Sendable, Hashable, CaseIterable {
    case access
    case refresh

    package func name(isSecure: Bool) -> String {
        switch self {
        case .access: isSecure ? "__Host-cryptodesk_access" : "cryptodesk_access"
        case .refresh: isSecure ? "__Host-cryptodesk_refresh" : "cryptodesk_refresh"
        }
    }

    /// The value of `Set-Cookie`.
    ///
    /// - Parameters:
    ///   - value: of letters that need no quoting, as tokens have them.
    ///   - maxAge: for how long the browser keeps it, in seconds.
    package func field(_ value: String, isSecure: Bool, maxAge: Int) -> String {
        "\(name(isSecure: isSecure))=\(value); Path=/; Max-Age=\(maxAge); HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "")
    }

    /// The values of `Set-Cookie` that make a browser forget the session.
    package static func cleared(isSecure: Bool) -> [String] {
        allCases.map { $0.field("", isSecure: isSecure, maxAge: 0) }
    }
}
