import APIContract
import NIOHTTP1

/// Reads the fields of one request head and refuses what could be read in two ways.
struct RequestFieldReader {
    private var hasHost = false
    private var hasLength = false
    private var hasCoding = false
    private var hasRequestID = false
    private var hasTraceParent = false

    mutating func read(_ name: String, _ value: String, into request: inout RequestHead) throws(RequestRefusal) {
        switch FieldName(name) {
        case .host: try readHost(value, into: &request)
        case .contentLength: try readLength(value, into: &request)
        case .transferEncoding: try readCoding(value, into: &request)
        case .connection: try readConnection(value, into: &request)
        case .expect: try readExpectation(value, into: &request)
        case .authorization: try readOnce(value, into: &request.authorization, "Authorization")
        case .origin: try readOnce(value, into: &request.origin, "Origin")
        case .secFetchSite: try readOnce(value, into: &request.fetchSite, "Sec-Fetch-Site")
        case .requestMethod: try readOnce(value, into: &request.preflightMethod, "Access-Control-Request-Method")
        case .cookie: request.cookies.append(value)
        case .requestID:
            request.requestID = !hasRequestID && RequestID.isWellFormed(value) ? value : nil
            hasRequestID = true
        case .traceParent:
            request.trace = hasTraceParent ? nil : TraceContext(header: value)
            hasTraceParent = true
        case .forwardedFor: request.forwardedFor.append(value)
        case .forwardedProto: request.forwardedProto = value
        case .forwardedHost: request.forwardedHost = value
        case .forwarded: request.forwarded.append(value)
        case .upgrade: request.keepsAlive = false  // llhttp reads nothing more after a request that asks to upgrade
        default: break
        }
    }

    /// What can only be told once all fields are read.
    mutating func finish(_ request: inout RequestHead) throws(RequestRefusal) {
        if let authority = request.target.authority {
            guard Authority.isWellFormed(authority) else { throw .malformed("The request target is malformed") }
            request.host = authority
        }
        guard hasHost || request.version == .http1_0 else { throw .malformed("The Host header is missing") }
        guard !(hasLength && hasCoding) else {
            throw .malformed("Content-Length and Transfer-Encoding exclude each other")
        }
        guard !(hasCoding && request.version == .http1_0) else {
            throw .malformed("HTTP/1.0 knows no Transfer-Encoding")
        }
        if request.version == .http1_0 { request.keepsAlive = false }
        if !request.framing.hasBody || request.version == .http1_0 { request.expectsContinue = false }
    }

    // MARK: Fields

    private func readOnce(_ value: String, into field: inout String?, _ name: String) throws(RequestRefusal) {
        guard field == nil else { throw .malformed("\(name) occurs twice") }
        field = value
    }

    private mutating func readHost(_ value: String, into request: inout RequestHead) throws(RequestRefusal) {
        guard !hasHost else { throw .malformed("Host occurs twice") }
        guard Authority.isWellFormed(value) else { throw .malformed("The Host header is malformed") }
        hasHost = true
        request.host = value
    }

    /// One number in digits (RFC 9110 §8.6). A second field is refused even when it says the same.
    private mutating func readLength(_ value: String, into request: inout RequestHead) throws(RequestRefusal) {
        guard !hasLength else { throw .malformed("Content-Length occurs twice") }
        guard (1...18).contains(value.utf8.count), value.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }),
            let length = Int(value)
        else { throw .malformed("Content-Length is malformed") }
        hasLength = true
        request.framing = .length(length)
    }

    private mutating func readCoding(_ value: String, into request: inout RequestHead) throws(RequestRefusal) {
        guard !hasCoding else { throw .malformed("Transfer-Encoding occurs twice") }
        guard value.lowercased() == "chunked" else { throw .unknownTransferCoding }
        hasCoding = true
        request.framing = .chunked
    }

    private func readConnection(_ value: String, into request: inout RequestHead) throws(RequestRefusal) {
        switch value {
        case "keep-alive", "Keep-Alive": return
        case "close": request.keepsAlive = false
        default:
            for option in value.split(separator: ",") {
                switch Self.trimmed(option).lowercased() {
                case "close": request.keepsAlive = false
                case "keep-alive", "": break
                case let name:
                    guard Self.mayEnd(name) else { throw .malformed("Connection names a field that is not its own") }
                    request.connectionFields.append(name)
                }
            }
        }
    }

    private static func trimmed(_ option: Substring) -> Substring {
        var option = option.drop { $0 == " " || $0 == "\t" }
        while option.last == " " || option.last == "\t" { option.removeLast() }
        return option
    }

    /// A field for all recipients does not end here (RFC 9110 §7.6.1): a client that names it wants the gateway to decide on
    /// another request than the service.
    private static func mayEnd(_ name: String) -> Bool {
        guard name.utf8.allSatisfy(HeadFragment.isTokenCharacter) else { return false }
        return switch FieldName(name) {
        case .other, .hopByHop, .upgrade, .identity: true
        default: false
        }
    }

    private func readExpectation(_ value: String, into request: inout RequestHead) throws(RequestRefusal) {
        guard value.lowercased() == "100-continue" else { throw .unknownExpectation }
        request.expectsContinue = true
    }
}
