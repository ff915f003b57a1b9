import Authentication
import Foundation
import Gateway
import Testing

/// A gateway in front of a monolith and a candidate, with a route `tasks` that moves from one to the other.
struct MigrationUnderTest: Sendable {
    let gateway: GatewayUnderTest
    let monolith: UpstreamUnderTest
    let candidate: UpstreamUnderTest

    static let route = "tasks"

    private static func text(monolith: Int, candidate: Int, tokens: String, more: String) -> String {
        """
        upstreams:
          monolith: {endpoints: 127.0.0.1:\(monolith)\(tokens)}
          strategies: {endpoints: 127.0.0.1:\(candidate)}
        routes:
          - name: tasks
            methods: [GET, POST]
            path: [/tasks, '/tasks/{id}']
            access: authenticated
            migration:
              legacy: monolith
              candidate: strategies
              salt: desk

        """ + more
    }

    private static let tokens =
        ", tokens: {key: '${MONOLITH_TOKEN_KEY}', bridge_key: '${MONOLITH_BRIDGE_KEY}'}"

    /// - Parameters:
    ///   - more: lines of the block `migration`, indented by six.
    ///   - identities: who is who on the two sides; nil where nothing is bridged.
    ///   - change: other options of the gateway.
    static func run(
        _ more: String = "", eventLoops: Int = 2, identities: LegacyIdentities? = nil,
        _ change: (inout GatewayUnderTest.Options) -> Void = { _ in },
        _ body: @Sendable (MigrationUnderTest) async throws -> Void
    ) async throws {
        let (monolith, candidate) = (try await UpstreamUnderTest(), try await UpstreamUnderTest())
        let path = FileManager.default.temporaryDirectory.appending(path: "migration-\(UUID()).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let tokens = identities == nil ? "" : tokens
        try text(monolith: monolith.port, candidate: candidate.port, tokens: tokens, more: more)
            .write(toFile: path, atomically: true, encoding: .utf8)
        var options = GatewayUnderTest.Options()
        options.configurationPath = path
        options.eventLoops = eventLoops
        options.legacy = identities
        change(&options)
        try await GatewayUnderTest.run(options, upstreams: []) { gateway in
            try await body(MigrationUnderTest(gateway: gateway, monolith: monolith, candidate: candidate))
        }
        await monolith.stop()
        await candidate.stop()
    }

    func adopt(_ stage: MigrationStage, _ change: (inout RouteStage) -> Void = { _ in }) async {
        var route = RouteStage(stage)
        change(&route)
        await gateway.adopt(MigrationStages([Self.route: route], version: 1, source: .redis))
    }

    /// How many requests each side has got.
    var counts: [Int] { [monolith.realRequests.count, candidate.realRequests.count] }
}
