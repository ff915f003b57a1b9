import Gateway
import HTTPService
import Synchronization
import Testing

@Suite("The answer of /health")
struct GatewayHealthTests {
    private final class Flag: Sendable {
        private let isSet = Mutex(false)

        var value: Bool { isSet.withLock { $0 } }
        func set(_ value: Bool) { isSet.withLock { $0 = value } }
    }

    @Test("what this process knows by itself counts at once, before any instance is looked at again")
    func ownState() {
        let (redis, revocations) = (Flag(), Flag())
        let health = GatewayHealth(
            upstreams: [], drain: DrainState(), redisIsReady: { redis.value },
            revocationsAreReady: { revocations.value })
        func answer() -> String { "\(health.answer.status) \(health.answer.body?.prefix(24) ?? "")" }
        #expect(answer() == #"503 {"status":"unavailable","#)
        revocations.set(true)
        #expect(answer() == #"200 {"status":"degraded","se"#)
        redis.set(true)
        #expect(answer() == #"200 {"status":"ok","services"#)
        revocations.set(false)
        #expect(answer() == #"503 {"status":"unavailable","#)
    }
}
