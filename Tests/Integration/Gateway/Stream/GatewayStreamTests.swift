import APIContract
import Authentication
import Events
import Gateway
import HTTPService
import NIOCore
import Synchronization
import TestSupport
import Testing

@Suite("Event stream")
struct GatewayStreamTests: GatewayStreamSuite {
    // MARK: Events

    @Test("each user gets its own events, on each of its streams, and nobody else's")
    func isolation() async throws {
        try await run {
            $0.eventLoops = 2
        } _: { gateway in
            gateway.stream.hub.begin()
            var clients: [(user: Int, client: WebSocketClient)] = []
            for index in 0..<6 {
                let user = index % 3 + 1
                clients.append((user, try await WebSocketClient(port: gateway.port, token: "token-\(user)")))
            }
            #expect(try await eventually { gateway.stream.counters.open.value == 6 })
            for number in 1...90 as ClosedRange<UInt64> {
                gateway.stream.hub.publish(number, user: Int(number) % 3 + 1)
            }
            for (user, client) in clients {
                let expected = (1...90 as ClosedRange<UInt64>).filter { Int($0) % 3 + 1 == user }
                #expect(try await numbers(client, 30) == expected)
            }
            // A last one for everybody: had there been more before it, it would not come next.
            for user in 1...3 { gateway.stream.hub.publish(90 + UInt64(user), user: user) }
            for (user, client) in clients {
                #expect(try await numbers(client, 1) == [90 + UInt64(user)])
                await client.close()
            }
        }
    }

    @Test("what was missed comes from this process, or from Redis page by page, and then what is new")
    func resumes() async throws {
        let asked = Mutex<[String]>([])
        try await run {
            $0.catchUp = { after, user, eventLoop in
                asked.withLock { $0.append("\(after) \(user)") }
                let (first, last) = (after.milliseconds + 1, min(after.milliseconds + 5, 23))
                let events = (first...max(first, last)).filter { $0 <= 23 && $0 % 2 == 1 }.map { EventHub.event($0) }
                return eventLoop.makeSucceededFuture(
                    .init(events: events, last: EventHub.id(last), isEnd: last == 23))
            }
        } _: { gateway in
            let hub = gateway.stream.hub
            hub.begin(at: 20)
            hub.publish(21)
            hub.publish(22, user: 2)
            hub.publish(23)
            let near = try await WebSocketClient(
                port: gateway.port, path: "/api/v1/stream?last_event_id=21-0", token: "token-1")
            let far = try await WebSocketClient(
                port: gateway.port, path: "/api/v1/stream?last_event_id=9-0", token: "token-1")
            hub.publish(24)
            #expect(try await numbers(near, 2) == [23, 24])
            #expect(try await numbers(far, 8) == [11, 13, 15, 17, 19, 21, 23, 24])
            #expect(asked.withLock { $0 } == ["9-0 1", "14-0 1", "19-0 1"])
            // Another gateway has told this client already of what this one has not read.
            let ahead = try await WebSocketClient(
                port: gateway.port, path: "/api/v1/stream?last_event_id=24-0", token: "token-1")
            hub.publish(25)
            #expect(try await numbers(ahead, 1) == [25])
            for client in [near, far, ahead] { await client.close() }
        }
    }

    @Test("a client that asks for what is gone is told to read again, and so is everybody when the stream is lost")
    func resync() async throws {
        try await run { gateway in
            let hub = gateway.stream.hub
            let waiting = try await WebSocketClient(
                port: gateway.port, path: "/api/v1/stream?last_event_id=3-0", token: "token-1")
            #expect(waiting.field("Last-Event-ID") == nil)
            hub.begin(at: 20)
            let unknown = try await WebSocketClient(
                port: gateway.port, path: "/api/v1/stream?last_event_id=x", token: "token-1")
            let live = try await WebSocketClient(port: gateway.port, token: "token-1")
            for client in [waiting, unknown] { #expect(try await client.next() == #"{"type":"resync"}"#) }
            hub.publish(21)
            for client in [waiting, unknown, live] { #expect(try await numbers(client, 1) == [21]) }
            hub.begin(at: 5)
            hub.publish(6)
            for client in [waiting, unknown, live] {
                #expect(try await client.next() == #"{"type":"resync"}"#)
                #expect(try await numbers(client, 1) == [6])
                await client.close()
            }
        }
    }

    @Test("clients that come and go while events come get each of theirs once, in order")
    func exactlyOnce() async throws {
        try await run {
            $0.eventLoops = 2
            $0.stream.connectionsOfUser = 1000
        } _: { gateway in
            let hub = gateway.stream.hub
            hub.begin()
            let count: UInt64 = 600
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    for number in 1...count {
                        hub.publish(number, user: Int(number) % 2 + 1)
                        if number % 5 == 0 { try await Task.sleep(for: .milliseconds(1)) }
                    }
                }
                for user in [1, 2, 1, 2] {
                    tasks.addTask {
                        let expected = (1...count).filter { Int($0) % 2 + 1 == user }
                        var got: [UInt64] = []
                        while got.count < expected.count {
                            let client = try await WebSocketClient(
                                port: gateway.port, path: "/api/v1/stream?last_event_id=\(got.last ?? 0)-0",
                                token: "token-\(user)")
                            let wanted = min(expected.count - got.count, Int.random(in: 1...40))
                            got += try await numbers(client, wanted)
                            await client.close()
                        }
                        #expect(got == expected)
                    }
                }
                try await tasks.waitForAll()
            }
        }
    }

    // MARK: The end

    @Test("a session that is revoked or expires ends its streams with 4401, and no other")
    func sessionEnds() async throws {
        let revoked = Atomic(false)
        try await run {
            $0.verdict = { user in user == 1 && revoked.load(ordering: .relaxed) ? .revoked : .valid }
        } _: { gateway in
            gateway.stream.hub.begin()
            let (first, second) = (
                try await WebSocketClient(port: gateway.port, token: "token-1"),
                try await WebSocketClient(port: gateway.port, token: "token-2")
            )
            #expect(try await eventually { gateway.stream.counters.open.value == 2 })
            revoked.store(true, ordering: .relaxed)
            #expect(try await first.closeCode() == 4401)
            #expect(first.received.closeReason == "The session has ended")
            gateway.stream.hub.publish(1, user: 2)
            #expect(try await numbers(second, 1) == [1])
            await second.close()
        }
        try await run {
            $0.expiresAt = 1
        } _: { gateway in
            let client = try await WebSocketClient(port: gateway.port, token: "token-1")
            #expect(try await client.closeCode() == 4401)
            #expect(client.received.closeReason == "The access token has expired")
        }
    }

    @Test("no event goes to a session after it was revoked")
    func nothingAfterRevocation() async throws {
        let revoked = Atomic(false)
        try await run {
            $0.verdict = { _ in revoked.load(ordering: .relaxed) ? .revoked : .valid }
        } _: { gateway in
            gateway.stream.hub.begin()
            let client = try await WebSocketClient(port: gateway.port, token: "token-1")
            gateway.stream.hub.publish(1)
            #expect(try await numbers(client, 1) == [1])
            try await gateway.asleep {
                gateway.stream.hub.publish(2)
                revoked.store(true, ordering: .relaxed)
            }
            #expect(try await client.closeCode() == 4401)
            #expect(client.received.messages.count == 1)
        }
    }

    @Test("a client that does not read is closed with 4408, and holds little memory until then")
    func slowConsumer() async throws {
        try await run {
            $0.stream.webSocket.outputTimeout = .milliseconds(500)
            $0.stream.webSocket.closeTimeout = .seconds(20)
        } _: { gateway in
            gateway.stream.hub.begin()
            var behaviour = WebSocketClient.Behaviour()
            behaviour.reads = false
            let slow = try await WebSocketClient(port: gateway.port, token: "token-1", behaviour: behaviour)
            let quick = try await WebSocketClient(port: gateway.port, token: "token-1")
            #expect(try await eventually { gateway.stream.counters.open.value == 2 })
            for number in 1...120 as ClosedRange<UInt64> {
                gateway.stream.hub.publish(number, size: 60_000)
                #expect(try await numbers(quick, 1) == [number])
            }
            #expect(try await eventually { gateway.stream.counters.slowConsumers.value == 1 })
            try await slow.startReading()
            #expect(try await slow.closeCode() == 4408)
            #expect(slow.received.messages.count < 120)
            await quick.close()
        }
    }

    @Test("a client that falls behind and reads on in time misses nothing")
    func fallsBehind() async throws {
        try await run { gateway in
            gateway.stream.hub.begin()
            var behaviour = WebSocketClient.Behaviour()
            behaviour.reads = false
            let client = try await WebSocketClient(port: gateway.port, token: "token-1", behaviour: behaviour)
            #expect(try await eventually { gateway.stream.counters.open.value == 1 })
            for number in 1...100 as ClosedRange<UInt64> { gateway.stream.hub.publish(number, size: 60_000) }
            try await client.startReading()
            #expect(try await numbers(client, 100) == Array(1...100))
            gateway.stream.hub.publish(101)
            #expect(try await numbers(client, 1) == [101])
            await client.close()
        }
    }

    @Test("a silent client is pinged, and one that does not answer is given up")
    func pings() async throws {
        try await run {
            $0.stream.webSocket.pingInterval = .milliseconds(200)
            $0.stream.webSocket.pongTimeout = .milliseconds(500)
        } _: { gateway in
            let living = try await WebSocketClient(port: gateway.port, token: "token-1")
            var behaviour = WebSocketClient.Behaviour()
            behaviour.answersPings = false
            let dead = try await WebSocketClient(port: gateway.port, token: "token-1", behaviour: behaviour)
            try await dead.waitForEnd()
            try await living.wait("pings") { $0.pings >= 4 }
            #expect(!living.received.isClosed && !living.received.hasClose)
            await living.close()
        }
    }

    @Test("the client's goodbye is answered, and ours waits for the client's only for a while")
    func goodbyes() async throws {
        let revoked = Atomic(false)
        try await run {
            $0.verdict = { _ in revoked.load(ordering: .relaxed) ? .revoked : .valid }
            $0.stream.webSocket.closeTimeout = .milliseconds(300)
        } _: { gateway in
            let polite = try await WebSocketClient(port: gateway.port, token: "token-1")
            try await polite.sendClose(1001)
            #expect(try await polite.closeCode() == 1001)
            try await polite.waitForEnd()
            var behaviour = WebSocketClient.Behaviour()
            behaviour.answersClose = false
            let rude = try await WebSocketClient(port: gateway.port, token: "token-1", behaviour: behaviour)
            revoked.store(true, ordering: .relaxed)
            #expect(try await rude.closeCode() == 4401)
            try await rude.waitForEnd()
        }
    }

    @Test("a gateway that stops tells its streams to connect elsewhere, one after the other, and takes no new ones")
    func drain() async throws {
        try await run {
            $0.stream.connectionsOfUser = 100
        } _: { gateway in
            gateway.stream.hub.begin()
            var clients: [WebSocketClient] = []
            for _ in 0..<30 { clients.append(try await WebSocketClient(port: gateway.port, token: "token-1")) }
            let late = try await gateway.client()
            gateway.drain.beginDraining()
            try await late.send(WebSocketClient.request(token: "token-1"))
            #expect(try await late.receiveAnswer().status == 503)
            for client in clients { #expect(try await client.closeCode() == 1012) }
            #expect(try await eventually { gateway.stream.counters.open.value == 0 })
        }
    }
}
