import Gateway
import NIOHTTP1
import TestSupport
import Testing

/// Messages made out of the corpus by chance. Five minutes of them with `./desk test --slow`, a few seconds otherwise.
@Suite("Gateway, fuzzing")
struct GatewayFuzzTests {
    private static let duration = Duration.seconds(300)

    /// Fields that the gateway writes anew, or that end there.
    private static let own: Set<String> = [
        "host", "content-length", "transfer-encoding", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
        "x-request-id", "traceparent", "via", "x-envoy-expected-rq-timeout-ms",
    ]
    private static let ended: Set<String> = [
        "connection", "keep-alive", "te", "trailer", "upgrade", "expect", "proxy-connection", "proxy-authorization",
        "proxy-authenticate", "forwarded", "x-user-id", "x-real-ip",
    ]

    private static func sources() throws -> [[UInt8]] {
        let refused = try Corpus.requests().joined().map(\.bytes).filter { $0.count < 2000 }
        // Much of what began well is taken still.
        let accepted = try Corpus.theme("accepted").map(\.bytes).filter { $0.count < 2000 }
        return refused + repeatElement(accepted, count: 10).joined()
    }

    @Test("what is taken goes up as exactly the request that was read, byte by byte, in whatever pieces it came")
    func parser() throws {
        let policy = try GatewayUnderTest.policy(.init())
        let seed = TestEnvironment.isSlow ? UInt64.random(in: 0 ... .max) : 1
        var mutator = MessageMutator(seed: seed, sources: try Self.sources())
        let end = ContinuousClock.now + Self.duration
        var (count, takenCount) = (0, 0)
        while TestEnvironment.isSlow ? ContinuousClock.now < end : count < 20_000 {
            count += 1
            let bytes = mutator.next()
            let path = try RequestPath(policy)
            for piece in mutator.pieces(of: bytes) { path.receive(piece) }
            path.close()
            takenCount += path.taken.count
            if let problem = Self.problem(path) {
                Issue.record(
                    "\(problem); seed \(seed), message \(count):\n\(String(decoding: bytes, as: UTF8.self).debugDescription)"
                )
                return
            }
            _ = HeadFragment(bytes).hasUnknownMethod
        }
        // A mutator that only made nonsense would try nothing.
        #expect(takenCount > count / 10, "\(takenCount) of \(count) messages were taken")
        if TestEnvironment.isSlow {
            print("Fuzzed \(count) messages with seed \(seed), \(takenCount) requests were taken")
        }
    }

    /// What is wrong with what went up; `nil` when a strict reader reads the same requests.
    private static func problem(_ path: RequestPath) -> String? {
        let (requests, rest) = StrictRequest.readAll(path.sent)
        if case .malformed(let reason) = rest { return "What went up is malformed: \(reason)" }
        let expected = path.taken.filter { $0.request.target.form == .path }
        let complete = expected.filter(\.isComplete)
        guard requests.count == complete.count else {
            return "\(complete.count) requests were read, but \(requests.count) went up"
        }
        guard (rest == .unfinished) == (expected.count > complete.count) else { return "Something else went up" }
        for (taken, strict) in zip(complete, requests) {
            guard strict.method == taken.head.method.rawValue, strict.target == taken.request.target.text,
                strict.body == taken.body, strict.values("host") == [host(of: taken)]
            else { return "Another request went up: \(strict.lines)" }
            let passed = strict.fields.filter { !own.contains($0.name.lowercased()) }
            var given = Array(taken.head.headers)[...]
            for field in passed {
                if ended.contains(field.name.lowercased()) || field.name.contains("_") {
                    return "\(field.name) went up"
                }
                let match = given.firstIndex { name, value in name == field.name && trimmed(value) == field.value }
                guard let match else { return "\(field.name) went up and did not come" }
                given = given[(match + 1)...]
            }
        }
        return nil
    }

    /// White space around a value says nothing (RFC 9110 §5.5).
    private static func trimmed(_ value: String) -> [UInt8] {
        var bytes = Array(value.utf8)[...]
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return Array(bytes.drop { $0 == 0x20 || $0 == 0x09 })
    }

    private static func host(of taken: RequestPath.Taken) -> String {
        let host = taken.request.target.authority ?? taken.head.headers["host"].first ?? ""
        return host.isEmpty ? "127.0.0.1:8000" : host
    }

    @Test("a running gateway lives through it, and a recording upstream gets whole and plain requests only")
    func gateway() async throws {
        let seed = TestEnvironment.isSlow ? UInt64.random(in: 0 ... .max) : 2
        var mutator = MessageMutator(seed: seed, sources: try Self.sources())
        let messages = (0..<(TestEnvironment.isSlow ? 20_000 : 500)).map { _ in mutator.next() }
        for start in stride(from: 0, to: messages.count, by: 500) {
            let upstream = try await RecordingUpstream()
            try await GatewayUnderTest.run(upstreams: [upstream.port]) { gateway in
                for bytes in messages[start..<min(start + 500, messages.count)] {
                    let client = try await gateway.client()
                    try? await client.send(bytes)
                    try? await client.sayNoMore()
                    let text = try await client.receiveToEnd()
                    #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 "), "seed \(seed): \(bytes)")
                    await client.close()
                }
                #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200)
            }
            await upstream.stop()
            #expect(try await eventually { upstream.connections.allSatisfy { !$0.isOpen } })
            for (rest, _, text) in upstream.rests { #expect(rest == .unfinished, "seed \(seed): \(text)") }
        }
    }
}
