package import APIContract
package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
package import PrometheusMetrics
import ServiceLifecycle

/// One port on which a Hummingbird router answers.
///
/// It runs Hummingbird's server without its `Application`, which makes a logger, a request id and a task-local for each
/// request: on the hot path that is a tenth of the work, and our request id comes with the request.
package struct HTTPListener: Service {
    /// How long a connection without a request stays open; longer than any gateway keeps one, so that a gateway hardly ever
    /// sends a request into a connection that is just being closed.
    package static let idleTimeout = Duration.seconds(90)

    /// What the router answers, without the `HEAD` that comes with every `GET`.
    package let routes: [ServedRoute]

    private let address: ListenAddress
    private let responder: ServiceResponder
    private let drain: DrainState
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let direct: DirectAnswers?
    private let onListening: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - metrics: counts the requests.
    ///   - translate: the APIError that an error of the service's own means, such as one of its database; `nil` for what
    ///     nobody foresaw, which becomes a 500. The cause is logged in either case.
    ///   - direct: answers some of the requests before the router is asked.
    ///   - onListening: called with the port once it accepts connections; the way to learn a port given as 0. A
    ///     public listener calls `drain.beginServing()` there.
    package init(
        address: ListenAddress, router: Router<ServiceRequestContext>, drain: DrainState,
        eventLoopGroup: any EventLoopGroup, logger: Logger, metrics: RequestMetrics? = nil,
        translate: @escaping @Sendable (any Error) -> APIError? = { _ in nil },
        direct: (any DirectResponder)? = nil,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        routes = router.routes.filter { $0.method != .head }.map { route in
            ServedRoute(method: route.method.rawValue, path: route.path.description)
        }
        self.address = address
        self.responder = ServiceResponder(
            router: router, logger: logger, metrics: metrics, translate: translate)
        self.direct = direct.map { DirectAnswers($0, metrics: metrics, date: DateHeader(), logger: logger) }
        self.drain = drain
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.onListening = onListening
    }

    /// - Throws: ``ListenError`` when the address cannot be bound.
    package func run() async throws {
        let (responder, drain, onListening) = (responder, drain, onListening)
        let (direct, eventLoopGroup) = (direct, eventLoopGroup)
        let builder = HTTPServerBuilder { responder in
            ServiceChannel(responder: responder, drain: drain, eventLoopGroup: eventLoopGroup) {
                ConnectionGate(direct: direct, drain: drain, idleTimeout: TimeAmount(Self.idleTimeout))
            }
        }
        let server = try builder.buildServer(
            configuration: ServerConfiguration(address: .hostname(address.host, port: address.port), backlog: 1024),
            eventLoopGroup: eventLoopGroup,
            logger: logger
        ) { request, writer, channel in
            let response = try await responder.respond(to: request, channel: channel)
            try await writer.write(response: response.head, body: response.body)
        } onServerRunning: { channel in
            onListening(channel.localAddress?.port ?? 0)
        }
        do {
            try await server.run()
        } catch let error as IOError {
            throw ListenError(address: address, errorNumber: error.errnoCode)
        }
    }
}
