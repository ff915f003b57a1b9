import FoundationEssentials
import Glibc

/// Looks whether the ports of a cluster are free, before anything is started.
package struct PortCheck {
    /// Throws a sentence that names the first taken port, and who holds it as far as that can be seen.
    static func check(_ processes: [ProcessSpecification]) throws(ClusterError) {
        let needs = processes.flatMap { process in
            [process.port, process.adminPort].compactMap { $0 }.map { (port: $0, process: process.name) }
        }
        // nginx's comes first: it is the one that the user chose.
        for need in needs.sorted(by: { $0.port < $1.port }) where !isFree(need.port) {
            throw ClusterError(
                "Port \(need.port), which \(need.process) needs, is taken\(holder(of: need.port)): "
                    + "stop that, or choose other ports with --port.")
        }
    }

    /// A base from which all of the ports are free at the moment.
    static func freeBase(_ processes: (_ base: Int) -> [ProcessSpecification]) throws(ClusterError) -> Int {
        // Below what the system gives to outgoing connections. At random: others may be looking just now.
        for base in stride(from: 10_000, to: 32_000, by: 600).shuffled() {
            let ports = processes(base).flatMap { [$0.port, $0.adminPort].compactMap { $0 } }
            if ports.allSatisfy(isFree) { return base }
        }
        throw ClusterError("No free range of ports was found from 10000 to 32000: choose one with --port.")
    }

    /// So many ports that are free at the moment.
    package static func freePorts(_ count: Int) throws(ClusterError) -> [Int] {
        let ports = Array((10_000..<32_000).shuffled().lazy.filter(isFree).prefix(count))
        guard ports.count == count else { throw ClusterError("No \(count) free ports were found from 10000 to 32000.") }
        return ports
    }

    /// Whether a server could listen there now.
    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(descriptor, 1) == 0
            }
        }
    }

    private static func holder(of port: Int) -> String {
        guard let inode = listeningInode(port) else { return "" }
        for entry in ProcessTable.read().entries {
            let folder = "/proc/\(entry.pid)/fd"
            let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let holds = descriptors.contains {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == "socket:[\(inode)]"
            }
            guard holds, let name = entry.executable.split(separator: "/").last else { continue }
            return " by \(name) (process \(entry.pid))"
        }
        return " by a process of another user"
    }

    /// The inode of the listening socket, from `/proc/net/tcp`: local address, state 0A, inode in the tenth field.
    private static func listeningInode(_ port: Int) -> String? {
        let suffix =
            ":" + String(repeating: "0", count: 4 - String(port, radix: 16).count)
            + String(port, radix: 16, uppercase: true)
        for file in ["/proc/net/tcp", "/proc/net/tcp6"] {
            for line in (Files.read(file) ?? "").split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ")
                if fields.count > 9, fields[1].hasSuffix(suffix), fields[3] == "0A" { return String(fields[9]) }
            }
        }
        return nil
    }
}
