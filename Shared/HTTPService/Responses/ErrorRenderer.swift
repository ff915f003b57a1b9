import APIContract
import HTTPTypes
import Hummingbird

/// Turns errors into answers; the only place in a service where an error becomes HTTP.
struct ErrorRenderer: Sendable {
    func render(_ error: APIError, requestID: String) -> Response {
        var headers = HTTPFields()
        for header in error.headers {
            if let name = HTTPField.Name(header.name) { headers.append(HTTPField(name: name, value: header.value)) }
        }
        // What was not read of a refused body would have to be read before the next request; the connection ends instead.
        if error.status == 413 { headers[.connection] = "close" }
        return .json(error.body(requestID: requestID), status: .init(code: error.status), headers: headers)
    }

    /// An answer that Hummingbird made itself, with a status and no body.
    ///
    /// - Parameter allow: the methods that the path knows, empty where there is no such path.
    func render(framework status: HTTPResponse.Status, allow: [String], requestID: String) -> Response {
        let error: APIError =
            switch status.code {
            case 404 where !allow.isEmpty: .methodNotAllowed(allow: allow)
            case 404: .notFound
            case 413: .bodyTooLarge
            case 415: .unsupportedMediaType(expected: "application/json")
            case 400..<500: .malformed("The request cannot be understood")
            default: .internalError
            }
        return render(error, requestID: requestID)
    }
}
