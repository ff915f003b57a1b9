import LocalCluster

/// The Swift toolchain, for what only it can do.
enum Toolchain {
    static func swift() throws(ClusterError) -> String {
        guard let swift = ServerSearch.program("swift") ?? ServerSearch.program("swift", in: "/opt/swift/usr/bin")
        else {
            throw ClusterError("The Swift toolchain was not found: put it on PATH, or start this with ./desk.")
        }
        return swift
    }
}
