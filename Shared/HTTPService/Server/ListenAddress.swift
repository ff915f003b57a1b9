import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The address that a listener binds: a port, or a Unix socket.
package enum ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// Port 0 lets the system choose.
    case port(host: String, Int)
    /// By absolute path, at most 107 bytes. Who may connect is decided by the folder that it lies in.
    case socket(String)

    package init(host: String, port: Int) { self = .port(host: host, port) }

    package var description: String {
        switch self {
        case .port(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .socket(let path): "unix:\(path)"
        }
    }

    /// Lets every user connect who may enter the socket's folder.
    package func open() {
        if case .socket(let path) = self { chmod(path, 0o666) }
    }
}

/// Why an address cannot be listened on, in one sentence.
package struct ListenError: Error, CustomStringConvertible {
    package let address: ListenAddress
    package let errorNumber: Int32

    private init(address: ListenAddress, errorNumber: Int32) {
        self.address = address
        self.errorNumber = errorNumber
    }

    /// - Parameter error: as SwiftNIO throws it; nil for one that has another reason.
    package init?(_ error: any Error, at address: ListenAddress) {
        switch error {
        case let error as IOError: self.init(address: address, errorNumber: error.errnoCode)
        case is UnixDomainSocketPathWrongType: self.init(address: address, errorNumber: EEXIST)
        default: return nil
        }
    }

    package var description: String {
        let cause =
            switch errorNumber {
            case EADDRINUSE: "another process listens there"
            case EEXIST: "there is a file that is no socket"
            case ENOENT: "there is no such folder"
            case EACCES: "this user may not listen there"
            case EADDRNOTAVAIL: "this machine has no such address"
            default: "error \(errorNumber)"
            }
        return "Cannot listen on \(address): \(cause)."
    }
}
