package import Logging
import ServiceLifecycle

/// Looks up the names among the services' endpoints again and again, so that instances come and go without a restart.
package struct UpstreamResolver: Service {
    /// Numeric addresses of a name; none when it cannot be looked up.
    package typealias Lookup = @Sendable (String) async -> [String]

    private let upstreams: [UpstreamGroup]
    private let interval: Duration
    private let lookup: Lookup
    private let logger: Logger

    /// - Parameter lookup: the system's, off the event loops.
    package init(
        upstreams: [UpstreamGroup], interval: Duration,
        lookup: @escaping Lookup = { await HostLookup.addresses(of: $0) },
        logger: Logger
    ) {
        self.upstreams = upstreams
        self.interval = interval
        self.lookup = lookup
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                for upstream in upstreams {
                    for name in upstream.names { await look(up: name, for: upstream) }
                }
            } while (try? await Task.sleep(for: interval)) != nil
        }
    }

    private func look(up name: String, for upstream: UpstreamGroup) async {
        guard !Task.isCancelled else { return }
        let addresses = await lookup(name)
        if addresses.isEmpty {
            logger.warning(
                "Cannot look up an upstream", metadata: ["upstream": "\(upstream.name.rawValue)", "host": "\(name)"])
        } else if upstream.resolved(name, to: addresses) {
            logger.info(
                "Instances changed",
                metadata: [
                    "upstream": "\(upstream.name.rawValue)", "host": "\(name)",
                    "addresses": "\(addresses.joined(separator: " "))",
                ])
        }
    }
}
