package import NIOHTTP1

/// How the candidate is asked, and what becomes of its answer, where it does not speak as the monolith does.
package struct MigrationMapping: Sendable, Hashable {
    private enum Segment: Sendable, Hashable {
        case literal(String)
        /// The segment of the request's path at this place, counted from 0.
        case parameter(Int)
    }

    /// By the path of the route that the request came to.
    private var paths: [String: [Segment]] = [:]
    /// From the candidate's status code to the client's.
    package var statuses: [Int: Int] = [:]

    /// In the bodies of both ways.
    package var fields = FieldMapping()

    package init() {}

    package var isEmpty: Bool { paths.isEmpty && statuses.isEmpty && fields.isEmpty }

    /// - Parameters:
    ///   - path: of the route, such as `/tasks/{id}`.
    ///   - template: of the candidate, with parameters of `path` alone.
    /// - Returns: the parameter that `path` does not have, when there is one.
    package mutating func map(_ path: String, to template: String) -> String? {
        let names = Self.segments(path)
        var mapped: [Segment] = []
        for segment in Self.segments(template) {
            guard segment.hasPrefix("{") else {
                mapped.append(.literal(String(segment)))
                continue
            }
            guard let place = names.firstIndex(of: segment) else { return String(segment) }
            mapped.append(.parameter(place))
        }
        paths[path] = mapped
        return nil
    }

    /// The candidate's target in origin form; `nil` where it is the same.
    package func target(_ target: RequestTarget, of route: Route?) -> String? {
        guard let segments = route.flatMap({ paths[$0.path] }) else { return nil }
        let given = Self.segments(target.pathText)
        var text = ""
        for segment in segments {
            text += "/"
            switch segment {
            case .literal(let literal): text += literal
            case .parameter(let place): text += given[place]
            }
        }
        return text + String(Substring(target.text.utf8.dropFirst(target.pathLength)))
    }

    private static func segments(_ path: some StringProtocol) -> [Substring] {
        Substring(path).dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }
}

extension HTTPResponseHead {
    /// The head as the client gets it.
    package mutating func map(by mapping: MigrationMapping) {
        if let code = mapping.statuses[Int(status.code)] { status = HTTPResponseStatus(statusCode: code) }
    }
}
