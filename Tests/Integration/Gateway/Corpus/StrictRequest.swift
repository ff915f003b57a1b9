/// A request as the strictest reader of RFC 9112 reads it: written for the tests, independent of the gateway and of NIO.
///
/// Nothing is forgiven: one space between the parts of the request line, CR LF at every line's end, tokens as names, one
/// `Host`, one way to tell where the body ends, no chunk extension. A gateway that sends what this reads has sent exactly
/// one request for any reader.
struct StrictRequest: Equatable, Sendable {
    struct Field: Equatable, Sendable {
        let name: String
        let value: [UInt8]
    }

    /// What follows the last whole request.
    enum Rest: Equatable, Sendable {
        case nothing
        /// The beginning of a request that has not come to its end.
        case unfinished
        case malformed(String)
    }

    var method = ""
    var target = ""
    var fields: [Field] = []
    var body: [UInt8] = []
    var trailers: [Field] = []
    /// The head and the trailers as they came, line by line.
    var lines: [String] = []

    func values(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    /// Reads everything that was sent over one connection.
    static func readAll(_ bytes: [UInt8]) -> (requests: [StrictRequest], rest: Rest) {
        var (reader, requests) = (StrictReader(bytes), [StrictRequest]())
        while !reader.isAtEnd {
            do throws(StrictReader.Failure) {
                requests.append(try reader.request())
            } catch {
                switch error {
                case .unfinished: return (requests, .unfinished)
                case .malformed(let reason): return (requests, .malformed(reason))
                }
            }
        }
        return (requests, .nothing)
    }
}
