import HTTPService
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Synchronization
import Testing

@Suite("a process that drains")
struct DrainTests {
    private func answer(_ headers: HTTPFields, drain: DrainState) throws -> (HTTPFields, isOpen: Bool) {
        let channel = EmbeddedChannel(handler: ConnectionCloseHandler(drain: drain))
        try channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok, headerFields: headers)))
        let isOpenBeforeEnd = channel.isActive
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        channel.embeddedEventLoop.run()
        guard case .head(let head)? = try channel.readOutbound(as: HTTPResponsePart.self) else { return ([:], false) }
        #expect(isOpenBeforeEnd)
        return (head.headerFields, channel.isActive)
    }

    @Test("says so on every answer, and closes after it")
    func closes() throws {
        let drain = DrainState()
        drain.beginServing()
        #expect(try answer([:], drain: drain) == ([:], isOpen: true))
        drain.beginDraining()
        let (headers, isOpen) = try answer([:], drain: drain)
        #expect(headers[.connection] == "close")
        #expect(!isOpen)
    }

    @Test("an answer that says close is the last one at other times as well")
    func explicit() throws {
        #expect(try !answer([.connection: "close"], drain: DrainState()).isOpen)
    }

    @Test("never serves again")
    func order() {
        let drain = DrainState()
        #expect(!drain.isServing && !drain.isDraining)
        drain.beginServing()
        #expect(drain.isServing)
        drain.beginDraining()
        drain.beginServing()
        #expect(!drain.isServing && drain.isDraining)
    }

    @Test("fails /health with what it depends on, and while it drains")
    func health() {
        let isUsable = Atomic(true)
        let report = HealthReport([
            .init("postgres", isUsable: { true }) { _ in .object(JSONObject(["primary": .string("ok")])) },
            .init("redis", isUsable: { isUsable.load(ordering: .relaxed) }),
        ])
        #expect(report.answer(isDraining: false).status == .ok)
        #expect(report.answer(isDraining: true).status == .serviceUnavailable)
        isUsable.store(false, ordering: .relaxed)
        #expect(report.answer(isDraining: false).status == .serviceUnavailable)
        #expect(report.unusableComponents == ["redis"])
    }

    @Test("dates are written as HTTP wants them")
    func date() {
        #expect(DateHeader.render(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(DateHeader.render(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }
}
