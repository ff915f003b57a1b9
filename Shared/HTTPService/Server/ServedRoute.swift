/// A method and a path that a router answers.
package struct ServedRoute: Hashable, Sendable {
    package let method: String
    /// Segments separated by slashes; `{name}` stands for any one segment.
    package let path: String

    package init(method: String, path: String) {
        self.method = method
        self.path = path
    }
}
