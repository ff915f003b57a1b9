/// Files by which nginx is told, at each request, to leave out a gateway or to end connections.
struct NginxMarks {
    /// There while any other mark is, so that nginx has one file to ask for instead of all.
    static let any = "any"

    private let layout: ClusterLayout

    init(_ layout: ClusterLayout) { self.layout = layout }

    /// - Parameter name: of a gateway that is to be left out, or `nginx` for connections to be ended.
    func set(_ name: String) throws {
        try Files.write("", to: layout.nginxMark(name))
        try Files.write("", to: layout.nginxMark(Self.any))
    }

    /// One operation runs at a time, so no other mark is left behind.
    func remove(_ name: String) {
        Files.remove(layout.nginxMark(Self.any))
        Files.remove(layout.nginxMark(name))
    }
}
