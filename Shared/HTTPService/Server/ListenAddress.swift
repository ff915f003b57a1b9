#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The address that a listener binds.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    /// 0 lets the system choose.
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why a port cannot be listened on, in one sentence.
package struct ListenError: Error, CustomStringConvertible {
    package let address: ListenAddress
    package let errorNumber: Int32

    package init(address: ListenAddress, errorNumber: Int32) {
        self.address = address
        self.errorNumber = errorNumber
    }

    package var description: String {
        let cause =
            switch errorNumber {
            case EADDRINUSE: "another process listens there"
            case EACCES: "this user may not listen there"
            case EADDRNOTAVAIL: "this machine has no such address"
            default: "error \(errorNumber)"
            }
        return "Cannot listen on \(address): \(cause)."
    }
}
