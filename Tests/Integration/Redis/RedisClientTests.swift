import Foundation
import Logging
import NIOCore
import NIOPosix
import Redis
import TestSupport
import Testing

@Suite("Redis, a real server")
struct RedisClientTests {
    let redis = RedisUnderTest()

    @Test("what is written is read back, whatever the bytes")
    func roundTrip() async throws {
        try await redis.withClient { client in
            let value = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
            let stored = try await client.send(["SET", redis.key("a"), .bytes(value), "PX", 60_000])
            #expect(stored == .status("OK"))
            let found = try await client.send(["GET", redis.key("a")])
            #expect(found == .string(value))
            let missing = try await client.send(["GET", redis.key("none")])
            #expect(missing == .null)
            let both = try await client.send(["MGET", redis.key("none"), redis.key("a")])
            #expect(both.elements?.count == 2)
            await #expect(throws: RedisError.self) { try await client.send(["INCR", redis.key("a")]) }
        }
    }

    @Test("ten thousand concurrent commands get their own replies")
    func pipelining() async throws {
        try await redis.withClient { client in
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<10_000 {
                    group.addTask {
                        let reply = try? await client.send(["ECHO", .integer(number)], deadline: .seconds(10))
                        return reply?.integerValue == number
                    }
                    if number % 1000 == 999 { for _ in 0..<500 { #expect(await group.next() == true) } }
                }
                for await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test("a script runs by its name, and by its source when the server forgot it")
    func scripts() async throws {
        try await redis.withClient { client in
            // A text of its own, so that no other test has loaded it.
            let script = RedisScript("return {KEYS[1], ARGV[1] + 1} -- \(UUID())")
            let expected = RedisReply.array([.string(Array("k".utf8)), .integer(42)])
            let before = try await client.send(["SCRIPT", "EXISTS", .string(script.sha1)])
            #expect(before == .array([.integer(0)]))
            let first = try await client.evaluate(script, keys: ["k"], arguments: [41])
            #expect(first == expected)
            let after = try await client.send(["SCRIPT", "EXISTS", .string(script.sha1)])
            #expect(after == .array([.integer(1)]))
            let second = try await client.evaluate(script, keys: ["k"], arguments: [41])
            #expect(second == expected)
            let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
            let other = RedisScript("return 7 -- \(UUID())")
            let onLoop = try await client.evaluate(other, keys: [], arguments: [], on: eventLoop).get()
            #expect(onLoop == .integer(7))
            await #expect(throws: RedisError.self) {
                try await client.evaluate(RedisScript("return nonsense("), keys: [], arguments: [])
            }
        }
    }

    @Test("a reply after its deadline is thrown away, and the next command gets its own")
    func deadlines() async throws {
        try await redis.withClient { client in
            let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
            let slow = client.send(["BLPOP", redis.key("empty"), "0.4"], on: eventLoop, deadline: .milliseconds(50))
            let next = client.send(["ECHO", "mine"], on: eventLoop, deadline: .seconds(5))
            let error = await #expect(throws: RedisError.self) { try await slow.get() }
            #expect(error?.code == .deadlineExceeded)
            let own = try await next.get()
            #expect(own == .string(Array("mine".utf8)))
        }
    }

    @Test("a connection that the server ends is dialled again by itself")
    func reconnects() async throws {
        try await redis.withClient { client in
            let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
            let first = try await client.send(["CLIENT", "ID"], on: eventLoop).get()
            let id = RedisArgument.integer(first.integerValue ?? 0)
            _ = try? await client.send(["CLIENT", "KILL", "ID", id, "SKIPME", "no"], on: eventLoop).get()
            let isBack = try await eventually {
                let second = try? await client.send(["CLIENT", "ID"], on: eventLoop).get()
                return second != nil && second != first
            }
            #expect(isBack)
        }
    }

    @Test("without a server commands fail fast and the client is not ready")
    func nobodyThere() async throws {
        let configuration = try RedisConfiguration(url: "redis://127.0.0.1:1", commandDeadline: .seconds(5))
        try await redis.withClient(configuration) { client in
            let clock = ContinuousClock()
            let time = await clock.measure {
                for _ in 0..<50 {
                    let error = await #expect(throws: RedisError.self) { try await client.send(["PING"]) }
                    #expect(error?.code == .unavailable)
                }
            }
            // Far from the fifty deadlines that they would otherwise have waited for.
            #expect(time < .seconds(125))
            #expect(!client.isReady)
        }
    }

    @Test("a wrong password is refused and the client is not ready")
    func wrongPassword() async throws {
        let configuration = try RedisConfiguration(
            url: TestEnvironment.value("TEST_REDIS_URL"), password: "not the password")
        try await redis.withClient(configuration) { client in
            await #expect(throws: RedisError.self) { try await client.send(["PING"]) }
            #expect(!client.isReady)
        }
    }

    @Test("the client is ready when the connection of each event loop is up, and not before")
    func everyEventLoop() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let client = RedisClient(
            configuration: try redis.configuration(), eventLoopGroup: group, logger: Logger(label: "test"))
        for (index, eventLoop) in group.makeIterator().enumerated() {
            #expect(!client.isReady)
            // A connection opens on first use.
            _ = try await client.send(["PING"], on: eventLoop).get()
            #expect(client.isReady == (index == 1))
        }
        let service = Task { try await client.run() }
        service.cancel()
        try await service.value
        try await group.shutdownGracefully()
    }

    @Test("the service is ready soon after it starts and ends when it is told to")
    func service() async throws {
        let client = RedisClient(
            configuration: try redis.configuration(), eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test"))
        let service = Task { try await client.run() }
        #expect(try await eventually { client.isReady })
        service.cancel()
        try await service.value
        #expect(!client.isReady)
        await #expect(throws: RedisError.self) { try await client.send(["PING"]) }
    }
}
