/// The fields that tell browsers to be careful; set on every answer unless the upstream set its own.
package struct SecurityFields: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let contentTypeOptions = SecurityFields(rawValue: 1)
    package static let frameOptions = SecurityFields(rawValue: 2)
    package static let referrerPolicy = SecurityFields(rawValue: 4)
    package static let permissionsPolicy = SecurityFields(rawValue: 8)
    package static let contentSecurityPolicy = SecurityFields(rawValue: 16)
    package static let strictTransportSecurity = SecurityFields(rawValue: 32)

    private static let lines: [(field: SecurityFields, line: String)] = [
        (.contentTypeOptions, "X-Content-Type-Options: nosniff\r\n"),
        (.frameOptions, "X-Frame-Options: DENY\r\n"),
        (.referrerPolicy, "Referrer-Policy: no-referrer\r\n"),
        (.permissionsPolicy, "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n"),
        (.contentSecurityPolicy, "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"),
    ]

    private static let all = lines.map(\.line).joined()

    private static let transportLine = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"

    package init(_ name: FieldName) {
        switch name {
        case .contentTypeOptions: self = .contentTypeOptions
        case .frameOptions: self = .frameOptions
        case .referrerPolicy: self = .referrerPolicy
        case .permissionsPolicy: self = .permissionsPolicy
        case .contentSecurityPolicy: self = .contentSecurityPolicy
        case .strictTransportSecurity: self = .strictTransportSecurity
        default: self = []
        }
    }

    /// Writes the lines of all fields but these.
    ///
    /// - Parameter isSecure: whether the client speaks TLS, which is when `Strict-Transport-Security` means something.
    func writeOthers(isSecure: Bool, into head: inout HeadBytes) {
        if isEmpty {
            head.writeString(Self.all)
        } else {
            for (field, line) in Self.lines where !contains(field) { head.writeString(line) }
        }
        if isSecure, !contains(.strictTransportSecurity) { head.writeString(Self.transportLine) }
    }
}
