package import APIContract
package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
package import PrometheusMetrics
import ServiceLifecycle
import Synchronization
package import Traces

/// A port, or several addresses, on which a Hummingbird router answers.
///
/// It runs Hummingbird's server without its `Application`, which makes a logger, a request id and a task-local for each
/// request: on the hot path that is a tenth of the work, and our request id comes with the request.
package struct HTTPListener: Service {
    /// How long a connection without a request stays open; longer than any gateway keeps one, so that a gateway hardly ever
    /// sends a request into a connection that is just being closed.
    package static let idleTimeout = Duration.seconds(90)

    /// What the router answers, without the `HEAD` that comes with every `GET`.
    package let routes: [ServedRoute]

    private let addresses: [ListenAddress]
    private let responder: ServiceResponder
    private let drain: DrainState
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let direct: DirectAnswers?
    private let onListening: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - addresses: at least one.
    ///   - metrics: counts the requests.
    ///   - translate: the APIError that an error of the service's own means, such as one of its database; `nil` for what
    ///     nobody foresaw, which becomes a 500. The cause is logged in either case.
    ///   - direct: answers some of the requests before the router is asked.
    ///   - tracer: records the requests whose traces are sampled.
    ///   - onListening: called with the port once all addresses accept connections; the way to learn a port given as 0. A
    ///     public listener calls `drain.beginServing()` there.
    package init(
        addresses: [ListenAddress], router: Router<ServiceRequestContext>, drain: DrainState,
        eventLoopGroup: any EventLoopGroup, logger: Logger, metrics: RequestMetrics? = nil,
        translate: @escaping @Sendable (any Error) -> APIError? = { _ in nil },
        direct: (any DirectResponder)? = nil, tracer: SpanTracer? = nil,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        routes = router.routes.filter { $0.method != .head }.map { route in
            ServedRoute(method: route.method.rawValue, path: route.path.description)
        }
        self.addresses = addresses
        self.responder = ServiceResponder(
            router: router, logger: logger, metrics: metrics, tracer: tracer, translate: translate)
        self.direct = direct.map {
            DirectAnswers($0, metrics: metrics, tracer: tracer, date: DateHeader(), logger: logger)
        }
        self.drain = drain
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.onListening = onListening
    }

    /// - Throws: ``ListenError`` when an address cannot be bound.
    package func run() async throws {
        let opening = Opening(addresses.count)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for address in addresses {
                group.addTask { [self] in
                    try await serve(address) { port in
                        if let port = opening.opened(port) { onListening(port) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// - Parameter onListening: called with the port, 0 for a socket.
    private func serve(_ address: ListenAddress, onListening: @escaping @Sendable (Int) -> Void) async throws {
        let (responder, drain) = (responder, drain)
        let (direct, eventLoopGroup) = (direct, eventLoopGroup)
        let builder = HTTPServerBuilder { responder in
            ServiceChannel(responder: responder, drain: drain, eventLoopGroup: eventLoopGroup) {
                ConnectionGate(direct: direct, drain: drain, idleTimeout: TimeAmount(Self.idleTimeout))
            }
        }
        let server = try builder.buildServer(
            configuration: ServerConfiguration(address: BindAddress(address), backlog: 1024),
            eventLoopGroup: eventLoopGroup,
            logger: logger
        ) { request, writer, channel in
            let response = try await responder.respond(to: request, channel: channel)
            try await writer.write(response: response.head, body: response.body)
        } onServerRunning: { channel in
            address.open()
            onListening(channel.localAddress?.port ?? 0)
        }
        do {
            try await server.run()
        } catch {
            throw ListenError(error, at: address) ?? error
        }
    }
}

/// Which of several addresses accept connections.
private final class Opening: Sendable {
    private let state: Mutex<(port: Int, missing: Int)>

    init(_ count: Int) { state = Mutex((0, count)) }

    /// - Parameter port: 0 for a socket.
    /// - Returns: the port, once all are open.
    func opened(_ port: Int) -> Int? {
        state.withLock { state in
            state = (max(port, state.port), state.missing - 1)
            return state.missing == 0 ? state.port : nil
        }
    }
}

extension BindAddress {
    fileprivate init(_ address: ListenAddress) {
        switch address {
        case .port(let host, let port): self = .hostname(host, port: port)
        case .socket(let path): self = .unixDomainSocket(path: path)
        }
    }
}
