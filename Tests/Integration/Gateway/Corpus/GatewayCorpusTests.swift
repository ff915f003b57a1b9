import TestSupport
import Testing

@Suite("Gateway, the corpus of malformed and ambiguous messages")
struct GatewayCorpusTests {
    /// What a second reader might take for a request of its own.
    private static let probe = Array(GatewayUnderTest.request("DELETE", "/api/v1/strategies/666").utf8)

    @Test("it holds hundreds of requests that must be refused")
    func size() throws {
        let themes = try Corpus.requests()
        let refused = themes.joined().filter { !$0.statuses.contains(200) }
        #expect(refused.count >= 200)
        #expect(Set(refused.map(\.bytes)).count == refused.count, "Some of them say the same")
        #expect(themes.compactMap(\.first?.file) == Corpus.themes)
    }

    @Test("what is ambiguous ends in an error, and only whole and plain requests go up", arguments: Corpus.themes)
    func requests(theme: String) async throws {
        let upstream = try await RecordingUpstream()
        try await GatewayUnderTest.run(upstreams: [upstream.port]) { gateway in
            for entry in try Corpus.theme(theme) {
                let before = upstream.requests.count
                try await Self.send(entry, to: gateway)
                // The process lives, and nobody else notices.
                let next = try await gateway.ask(GatewayUnderTest.request("GET", "/api/v1/strategies/next"))
                #expect(next.status == 200 && next.body == "hello", "\(entry.testDescription)")
                let sent = Array(upstream.requests.dropFirst(before))
                #expect(sent.last?.target == "/api/v1/strategies/next")
                #expect(sent.count == entry.statuses.count { $0 == 200 } + 1, "\(entry.testDescription): \(sent)")
                Self.check(entry, lines: sent.first?.lines ?? [])
            }
        }
        await upstream.stop()
        #expect(upstream.requests.allSatisfy { $0.method != "DELETE" })
        #expect(try await eventually { upstream.connections.allSatisfy { !$0.isOpen } })
        for (rest, _, text) in upstream.rests {
            #expect(rest == .unfinished, "\(text)")
            #expect(!text.contains("DELETE"), "\(text)")
        }
    }

    private static func send(_ entry: CorpusEntry, to gateway: GatewayUnderTest) async throws {
        let client = try await gateway.client()
        try? await client.send(entry.closes ? entry.bytes + probe : entry.bytes)
        if entry.statuses.isEmpty { try await client.sayNoMore() }
        do {
            let ends = entry.closes || entry.statuses.isEmpty
            let text =
                try await ends
                ? client.receiveToEnd() : client.receive { statuses(of: $0).count >= entry.statuses.count }
            #expect(statuses(of: text) == entry.statuses, "\(entry.testDescription): \(text)")
        } catch let error as RawClient.NothingCame {
            Issue.record("\(entry.testDescription): \(error)")
        }
        await client.close()
    }

    @Test("whatever an upstream answers, the client gets one answer or none, and the next request its own")
    func answers() async throws {
        let entries = try Corpus.answers()
        let scripts = entries.enumerated().map { index, entry in
            ("/api/v1/strategies/\(index)", RecordingUpstream.Script(bytes: entry.bytes, closes: entry.closes))
        }
        let upstream = try await RecordingUpstream(scripts: Dictionary(uniqueKeysWithValues: scripts))
        try await GatewayUnderTest.run(upstreams: [upstream.port]) { gateway in
            for (index, entry) in entries.enumerated() {
                let client = try await gateway.client()
                try await client.send(GatewayUnderTest.request("PATCH", "/api/v1/strategies/\(index)", body: "{}"))
                do {
                    try await Self.receive(entry, client)
                } catch let error as RawClient.NothingCame {
                    Issue.record("\(entry.testDescription): \(error)")
                }
                await client.close()
                #expect(try await gateway.ask(GatewayUnderTest.request()).body == "hello", "\(entry.testDescription)")
            }
        }
        await upstream.stop()
        for index in entries.indices {
            #expect(
                upstream.requests.count { $0.target == "/api/v1/strategies/\(index)" } == 1,
                "\(entries[index].testDescription)")
        }
    }

    private static func receive(_ entry: CorpusEntry, _ client: RawClient) async throws {
        let text: String
        if entry.isCutOff {
            text = try await client.receiveToEnd()
            #expect(text.hasPrefix("HTTP/1.1 200 ") && !RawAnswer(text).isComplete, "\(entry.testDescription): \(text)")
        } else {
            text = try await client.receive { !statuses(of: $0).isEmpty }
            #expect(statuses(of: text) == entry.statuses, "\(entry.testDescription): \(text)")
        }
        #expect(!text.contains("stolen"), "\(entry.testDescription)")
        check(entry, lines: text.split(separator: "\r\n").map(String.init))
        guard !client.hasEnded, !entry.isCutOff else { return }
        try await client.send(GatewayUnderTest.request())
        let next = try await client.receive { $0.hasSuffix("hello") }
        #expect(!next.contains("stolen"), "\(entry.testDescription)")
    }

    // MARK: What came

    /// The statuses of all complete answers but interim ones.
    private static func statuses(of text: String) -> [Int] {
        var (statuses, rest) = ([Int](), text)
        while !rest.isEmpty {
            let answer = RawAnswer(rest)
            guard answer.isComplete else { break }
            if answer.status >= 200 { statuses.append(answer.status) }
            rest = answer.rest
        }
        return statuses
    }

    private static func check(_ entry: CorpusEntry, lines: [String]) {
        for line in entry.present {
            #expect(lines.contains { $0.trimmingSpace == line }, "\(entry.testDescription): \(line) in \(lines)")
        }
        for start in entry.absent {
            #expect(
                !lines.contains { $0.lowercased().hasPrefix(start.lowercased()) },
                "\(entry.testDescription): \(start) in \(lines)")
        }
    }
}

extension String {
    fileprivate var trimmingSpace: String {
        var text = self
        while text.hasSuffix(" ") || text.hasSuffix("\t") { text.removeLast() }
        return text
    }
}
