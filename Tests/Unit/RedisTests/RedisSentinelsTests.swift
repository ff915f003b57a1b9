import Redis
import Testing

@Suite("Redis Sentinels")
struct RedisSentinelsTests {
    @Test("their addresses are read, with Sentinel's own port by default")
    func addresses() throws {
        let configuration = try RedisConfiguration(
            url: "redis://127.0.0.1:7000/3", sentinels: ["10.0.0.7:5000", "sentinel.internal", "[::1]:26380"],
            masterName: "desk")
        #expect(
            configuration.sentinels?.addresses == [
                .tcp(host: "10.0.0.7", port: 5000), .tcp(host: "sentinel.internal", port: 26379),
                .tcp(host: "::1", port: 26380),
            ])
        #expect(configuration.database == 3)
        #expect(try RedisConfiguration(url: "redis://h").sentinels == nil)
    }

    @Test("an address without a host, a port that is none, and a nameless master are refused")
    func refused() {
        for (list, name) in [([":26379"], "desk"), (["h:0"], "desk"), (["h:x"], "desk"), (["h"], "")] {
            #expect(throws: RedisConfigurationError.self) { try RedisSentinels(list, masterName: name) }
        }
    }

    @Test("the master is read from an answer, and nothing else is taken for one")
    func answers() throws {
        func text(_ string: String) -> RedisReply { .string(Array(string.utf8)) }
        #expect(
            try RedisSentinels.master(in: .array([text("10.0.0.8"), text("6380")]))
                == .tcp(host: "10.0.0.8", port: 6380))
        for reply: RedisReply in [
            .null, .error("NOAUTH Authentication required."), .array([text("h")]), .array([text("h"), text("0")]),
            .array([text("h"), text("port")]), .integer(1),
        ] {
            #expect(throws: RedisError.self) { try RedisSentinels.master(in: reply) }
        }
    }

    @Test("a server that refuses a write as a replica is told from other errors")
    func replicas() {
        #expect(RedisError(.server, "READONLY You can't write against a read only replica.").saysServerIsReplica)
        #expect(!RedisError(.server, "NOREPLICAS Not enough good replicas to write.").saysServerIsReplica)
        #expect(!RedisError(.unavailable, "READONLY").saysServerIsReplica)
    }
}
