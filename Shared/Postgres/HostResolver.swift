import Dispatch
import Glibc

/// Looks host names up away from the reactor's thread: `getaddrinfo` blocks, and libpq would call it there.
struct HostResolver: Sendable {
    private let queue = DispatchQueue(label: "cryptodesk.postgres.resolver")

    /// Looks up one name; the first address, numeric, goes to `report`, or `nil` when there is none.
    func resolve(_ host: String, report: @escaping @Sendable (_ address: String?) -> Void) {
        queue.async { report(Self.firstAddress(of: host)) }
    }

    private static func firstAddress(of host: String) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0, let list else { return nil }
        defer { freeaddrinfo(list) }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(
            list.pointee.ai_addr, list.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        guard status == 0 else { return nil }
        return text.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { String(cString: $0) } }
    }
}
