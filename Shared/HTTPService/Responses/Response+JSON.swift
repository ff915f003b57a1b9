package import HTTPTypes
package import Hummingbird
package import NIOCore

extension Response {
    /// An answer whose body is JSON already.
    package static func json(
        _ body: ByteBuffer, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers.reserveCapacity(headers.count + 4)
        headers.append(HTTPField(name: .contentType, value: "application/json"))
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    package static func json(
        _ body: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        json(ByteBuffer(string: body), status: status, headers: headers)
    }
}
