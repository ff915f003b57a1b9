import Authentication
import Events
import Gateway
import Redis
import Testing

@Suite("Keys of one script lie in one slot of a Redis Cluster")
struct HashSlotTests {
    @Test(
        "a slot is what Redis computes",
        arguments: [
            ("123456789", 12739), ("foo", 12182), ("{foo}.bar", 12182), ("foo{}{bar}", 8363), ("foo{{bar}}zap", 4015),
        ])
    func slots(key: String, slot: Int) { #expect(HashSlot(of: key).number == slot) }

    @Test("the revocations' script touches state, stream and the key of each revocation")
    func revocations() {
        let keys = RevocationKeys(name: "cryptodesk")
        let subjects: [Revocation.Subject] = [
            .token("0198-aa"), .session("0198-bb"), .userEpoch(userID: 42, below: 7),
            .userEpoch(userID: 43, below: 7), .globalEpoch(below: 9),
        ]
        let slots = Set(([keys.state, keys.stream] + subjects.map(keys.key)).map(HashSlot.init))
        #expect(slots.count == 1)
        #expect(HashSlot(of: RevocationKeys(name: "other").state) != slots.first)
    }

    @Test("the events' script touches the stream, whose turn it is, and what was appended")
    func events() {
        let stream = EventStream(name: "cryptodesk-events")
        #expect(stream.keys.count == 3)
        #expect(Set(stream.keys.map(HashSlot.init)).count == 1)
    }

    private func subject(_ user: Int) -> RequestGuard.Subject {
        RequestGuard.Subject(
            caller: AccessToken(
                userID: user, tokenID: "t", sessionID: "s", epoch: 0, role: .user, issuedAt: 0, expiresAt: .max),
            address: "192.0.2.7")
    }

    @Test("the limits of one caller lie together, whatever the policies are, and callers are spread")
    func limits() throws {
        let limit = try #require(RateLimit(100, per: 1_000_000, burst: 200))
        func keys(of user: Int, _ key: Set<RateLimitPolicy.KeyPart>) -> [String] {
            ["user", "search", "exact"].compactMap { name in
                RouteLimit(
                    RateLimitPolicy(name: name, limit: limit, key: key), route: "list",
                    service: UpstreamName(rawValue: "strategies")
                ).question(subject(user))?.key
            }
        }
        let kinds: [Set<RateLimitPolicy.KeyPart>] = [
            [.user], [.user, .route], [.user, .service], [.user, .role, .route],
        ]
        let ofOne = kinds.flatMap { keys(of: 42, $0) }
        #expect(ofOne.count == 12 && Set(ofOne).count == 12)
        #expect(Set(ofOne.map(HashSlot.init)).count == 1)
        #expect(Set(keys(of: 42, [.address]).map(HashSlot.init)).count == 1)
        #expect(Set((1...100).flatMap { keys(of: $0, [.user]) }.map(HashSlot.init)).count > 90)
    }

    @Test("no route that is shipped asks for limits of two slots at once")
    func shippedRoutes() throws {
        let configuration = try GatewayConfiguration.shipped()
        #expect(configuration.routes.contains { !$0.questions(subject(42)).isEmpty })
        for route in configuration.routes {
            let slots = Set(route.questions(subject(42)).map { HashSlot(of: $0.key) })
            #expect(slots.count <= 1, "\(route.name)")
        }
    }
}
