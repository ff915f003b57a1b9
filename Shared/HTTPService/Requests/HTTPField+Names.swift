package import HTTPTypes

extension HTTPField.Name {
    package static let xRequestID = wellKnown("X-Request-Id")
    package static let xForwardedFor = wellKnown("X-Forwarded-For")
    package static let xForwardedProto = wellKnown("X-Forwarded-Proto")
    package static let xForwardedHost = wellKnown("X-Forwarded-Host")
    package static let link = wellKnown("Link")
    package static let consistencyToken = wellKnown("Consistency-Token")
    package static let idempotencyKey = wellKnown("Idempotency-Key")
    package static let writeEpoch = wellKnown("CryptoDesk-Write-Epoch")
    package static let traceparent = wellKnown("traceparent")

    /// A name written in our own source; one that is no token (RFC 9110 §5.6.2) is a mistake there.
    private static func wellKnown(_ name: StaticString) -> HTTPField.Name {
        guard let field = HTTPField.Name("\(name)") else { preconditionFailure("\(name) is no field name") }
        return field
    }
}
