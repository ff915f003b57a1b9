/// A method and a path, whatever the path's parameters are called.
struct Endpoint: Hashable, Comparable, CustomStringConvertible {
    let method: String
    /// As it was written.
    let path: String
    /// By which paths are compared: without names of parameters, and without a slash at the end.
    private let key: String

    init(_ method: String, _ path: String) {
        self.method = method
        self.path = path
        let segments = path.split(separator: "/").map { $0.hasPrefix("{") ? "{}" : String($0) }
        key = method + " /" + segments.joined(separator: "/")
    }

    var description: String { "\(method) \(path)" }

    static func == (left: Endpoint, right: Endpoint) -> Bool { left.key == right.key }
    static func < (left: Endpoint, right: Endpoint) -> Bool { left.key < right.key }
    func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
