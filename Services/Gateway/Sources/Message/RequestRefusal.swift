package import APIContract

/// Why the gateway answers a request itself with an error, and whether the connection is still of use.
package struct RequestRefusal: Error, Hashable, Sendable {
    package let error: APIError
    /// Whether what follows on the connection can no longer be trusted to be the next request.
    package let closesConnection: Bool

    package init(_ error: APIError, closesConnection: Bool) {
        self.error = error
        self.closesConnection = closesConnection
    }

    /// 400, and the connection closes: two readers might disagree on where this request ends.
    package static func malformed(_ sentence: String) -> RequestRefusal {
        RequestRefusal(.malformed(sentence), closesConnection: true)
    }

    /// 414 (RFC 9110 §15.5.15).
    package static let uriTooLong = RequestRefusal(
        APIError(414, .uriTooLong, "The request's URI is longer than the gateway takes"), closesConnection: true)

    /// 431 (RFC 6585 §5).
    package static let headersTooLarge = RequestRefusal(
        APIError(431, .headersTooLarge, "The request's header fields are larger than the gateway takes"),
        closesConnection: true)

    /// 408 (RFC 9110 §15.5.9).
    package static let tooSlow = RequestRefusal(
        APIError(408, .requestTimeout, "The request did not arrive in time"), closesConnection: true)

    /// 417 (RFC 9110 §15.5.18).
    package static let unknownExpectation = RequestRefusal(
        APIError(417, .expectationFailed, "The only expectation that is met here is 100-continue"),
        closesConnection: true)

    /// 501 (RFC 9110 §9.1): a method that no route could take.
    static let unknownMethod = RequestRefusal(
        APIError(501, .notImplemented, "The request's method is not known here"), closesConnection: true)

    /// 501: a transfer coding other than chunked (RFC 9112 §6.1).
    package static let unknownTransferCoding = RequestRefusal(
        APIError(501, .notImplemented, "The only transfer coding that is read here is chunked"),
        closesConnection: true)
}
