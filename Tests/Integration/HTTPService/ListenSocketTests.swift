import APIContract
import AsyncHTTPClient
import Foundation
import HTTPService
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Synchronization
import Testing

@Suite("A listener on a Unix socket")
struct ListenSocketTests {
    private let folder = FileManager.default.temporaryDirectory.appending(
        path: "socket-\(UInt32.random(in: 0 ... .max))")

    private var path: String { folder.appending(path: "service.sock").path }

    private func listener(
        _ addresses: [ListenAddress], onListening: @escaping @Sendable (Int) -> Void
    ) -> HTTPListener {
        let router = Router<ServiceRequestContext>.service()
        router.get("/") { request, context in
            let proxies = try TrustedProxies("127.0.0.0/8")
            return Response.json("\"\(context.clientAddress(of: request, trusting: proxies))\"")
        }
        return HTTPListener(
            addresses: addresses, router: router, drain: DrainState(),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"),
            onListening: onListening)
    }

    private func get(_ url: String) async throws -> String {
        var request = HTTPClientRequest(url: url)
        request.headers = ["X-Forwarded-For": "203.0.113.9"]
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        return String(buffer: try await answer.body.collect(upTo: 1024))
    }

    @Test("answers there and on the port, believes what the peer forwards, and takes the place of one that was killed")
    func bothWays() async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = try #require(URL(httpURLWithSocketPath: path, uri: "/")).absoluteString
        // The second one finds what the first one has left: nothing removes it at the end.
        for _ in 0..<2 {
            let (ports, continuation) = AsyncStream<Int>.makeStream()
            let group = ServiceGroup(
                services: [
                    listener([ListenAddress(host: "127.0.0.1", port: 0), .socket(path)]) { continuation.yield($0) }
                ], logger: Logger(label: "test"))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                var iterator = ports.makeAsyncIterator()
                let port = try #require(await iterator.next())
                #expect(port > 0)
                #expect(try await get(url) == "\"203.0.113.9\"")
                #expect(try await get("http://127.0.0.1:\(port)/") == "\"203.0.113.9\"")
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    @Test("removes no file that is none of its own, and says what is wrong")
    func fileInTheWay() async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try "precious".write(toFile: path, atomically: true, encoding: .utf8)
        let listener = listener([.socket(path)]) { _ in }
        let error = await #expect(throws: ListenError.self) { try await listener.run() }
        #expect(error?.description == "Cannot listen on unix:\(path): there is a file that is no socket.")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    @Test("a folder that is not there is one sentence that names the socket")
    func noFolder() async throws {
        let listener = listener([.socket(path)]) { _ in }
        let error = await #expect(throws: ListenError.self) { try await listener.run() }
        #expect(error?.description == "Cannot listen on unix:\(path): there is no such folder.")
    }
}
