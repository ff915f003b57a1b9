/// What a header field means to the gateway, told by its name.
package enum FieldName: Sendable, Hashable {
    /// Passed on as it came.
    case other
    // Fields that the gateway reads and passes on.
    case authorization, cookie, origin, secFetchSite, requestMethod, requestHeaders, traceState, via
    // Fields that the gateway reads and writes anew.
    case host, contentLength, transferEncoding, connection, expect, requestID, traceParent
    case forwardedFor, forwardedProto, forwardedHost, forwarded
    /// `Upgrade`, `Keep-Alive` and the others that concern one connection only (RFC 9110 §7.6.1).
    case upgrade, hopByHop
    /// What only the gateway or a proxy in front of it could know; never taken from outside.
    case identity
    // Fields of answers that the gateway writes itself, or leaves alone when they are there.
    case server, date, accessControl
    case contentTypeOptions, frameOptions, referrerPolicy, permissionsPolicy, contentSecurityPolicy
    case strictTransportSecurity

    /// Names compare without case (RFC 9110 §5.1).
    package init(_ name: String) {
        self =
            name.utf8.withContiguousStorageIfAvailable(Self.classify)
            ?? Array(name.utf8).withUnsafeBufferPointer(Self.classify)
    }

    private static func classify(_ name: UnsafeBufferPointer<UInt8>) -> FieldName {
        var hash = FieldNameTable.seed
        for byte in name {
            // Servers that turn names into variables cannot tell `_` from `-`, so a name with an underscore could be taken
            // for any of the names below. nginx drops them for the same reason.
            if byte == UInt8(ascii: "_") { return .identity }
            hash = FieldNameTable.mix(byte, into: hash)
        }
        if let known = table.find(name, hash: hash) { return known }
        if name.hasPrefix("access-control-") { return .accessControl }
        return !name.isEmpty && isIdentity(name) ? .identity : .other
    }

    private static let names: KeyValuePairs<StaticString, FieldName> = [
        "authorization": .authorization, "cookie": .cookie, "origin": .origin, "sec-fetch-site": .secFetchSite,
        "access-control-request-method": .requestMethod, "access-control-request-headers": .requestHeaders,
        "tracestate": .traceState, "via": .via,
        "host": .host, "content-length": .contentLength, "transfer-encoding": .transferEncoding,
        "connection": .connection, "expect": .expect, "x-request-id": .requestID, "traceparent": .traceParent,
        "x-forwarded-for": .forwardedFor, "x-forwarded-proto": .forwardedProto, "x-forwarded-host": .forwardedHost,
        "forwarded": .forwarded,
        "upgrade": .upgrade, "te": .hopByHop, "trailer": .hopByHop, "keep-alive": .hopByHop,
        "proxy-connection": .hopByHop, "proxy-authenticate": .hopByHop, "proxy-authorization": .hopByHop,
        "server": .server, "date": .date, "x-content-type-options": .contentTypeOptions,
        "x-frame-options": .frameOptions, "referrer-policy": .referrerPolicy,
        "permissions-policy": .permissionsPolicy, "content-security-policy": .contentSecurityPolicy,
        "strict-transport-security": .strictTransportSecurity,
    ]

    private static let table = FieldNameTable(names)

    // MARK: Identity

    /// Names that proxies, and services behind them, use to say who a caller is or where a request came from.
    private static func isIdentity(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        switch name[0] | 0x20 {
        case UInt8(ascii: "x"):
            name.hasPrefix("x-user") || name.hasPrefix("x-auth") || name.hasPrefix("x-forwarded")
                || name.hasPrefix("x-remote") || name.hasPrefix("x-consumer") || name.hasPrefix("x-credential")
                || name.hasPrefix("x-client-") || name.hasPrefix("x-ssl-") || name.hasPrefix("x-jwt-")
                || name.hasPrefix("x-internal-") || name.hasPrefix("x-original-") || name.hasPrefix("x-rewrite-")
                || name.hasPrefix("x-envoy-") || name.hasPrefix("x-http-method") || name == "x-method-override"
                || name == "x-real-ip"
                || name == "x-cluster-client-ip" || name == "x-role" || name == "x-roles" || name == "x-groups"
                || name == "x-email" || name == "x-tenant-id" || name == "x-account-id"
        case UInt8(ascii: "r"): name.hasPrefix("remote-")
        case UInt8(ascii: "c"):
            name.hasPrefix("cryptodesk-") || name == "client-ip" || name == "cf-connecting-ip" || name == "client-cert"
        case UInt8(ascii: "t"): name == "true-client-ip"
        default: false
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Compares without case; `right` is in lower case.
    static func == (left: Self, right: StaticString) -> Bool {
        left.count == right.utf8CodeUnitCount && left.hasPrefix(right)
    }

    /// The same for the first bytes.
    fileprivate func hasPrefix(_ prefix: StaticString) -> Bool {
        guard count >= prefix.utf8CodeUnitCount else { return false }
        for index in 0..<prefix.utf8CodeUnitCount {
            let byte = self[index]
            let isUpper = byte &- UInt8(ascii: "A") < 26
            guard (isUpper ? byte | 0x20 : byte) == prefix.utf8Start[index] else { return false }
        }
        return true
    }
}
