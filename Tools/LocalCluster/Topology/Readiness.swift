/// How to ask a process on this machine whether it can do its work.
package enum Readiness: Hashable, Sendable {
    /// A 200 to `GET path` on a port of 127.0.0.1.
    case http(port: Int, path: String)
    /// A connection to a port of 127.0.0.1 is accepted.
    case tcp(port: Int)
    /// PostgreSQL asks for a password instead of refusing the start-up packet.
    case postgres(socket: String)
    /// Redis answers `PING`, after `AUTH`.
    case redis(socket: String, password: String)
}
