import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Looks host names up on a thread of its own: `getaddrinfo` blocks.
enum HostLookup {
    private static let queue = DispatchQueue(label: "cryptodesk.gateway.resolver")

    /// Numeric addresses of a name; none when it cannot be looked up.
    static func addresses(of host: String) async -> [String] {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: look(up: host)) }
        }
    }

    private static func look(up host: String) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = SOCK_STREAM.number
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0, let list else { return [] }
        defer { freeaddrinfo(list) }
        return sequence(first: list, next: { $0.pointee.ai_next }).compactMap { numeric($0.pointee) }
    }

    private static func numeric(_ info: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(
            info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        guard status == 0 else { return nil }
        return text.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { String(cString: $0) } }
    }
}

#if canImport(Glibc)
extension __socket_type {
    fileprivate var number: Int32 { Int32(rawValue) }
}
#else
extension Int32 {
    fileprivate var number: Int32 { self }
}
#endif
