import JSON
import Synchronization
import TestSupport

/// A client of the event stream that connects again whenever it is told to, and goes on from the last event that it has.
final class StreamFollower: Sendable {
    struct Record {
        /// Ids of the strategies that were created, in the order of the events.
        var created: [Int] = []
        var eventIDs: [String] = []
        var resyncs = 0
        var closeCodes: [Int] = []
        /// From each end of a connection to the next handshake.
        var gaps: [Duration] = []
        var isConnected = false
    }

    private let port: Int
    private let token: String
    private let record = Mutex(Record())

    init(port: Int, token: String) {
        self.port = port
        self.token = token
    }

    var now: Record { record.withLock { $0 } }

    /// Follows until the task is cancelled.
    func run() async throws {
        var endedAt: ContinuousClock.Instant?
        // A client knows where it began before it has seen any event.
        var last: String?
        while !Task.isCancelled {
            let path = "/api/v1/stream" + (last.map { "?last_event_id=\($0)" } ?? "")
            guard let client = try? await WebSocketClient(port: port, path: path, token: token), client.status == 101
            else {
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            last = last ?? client.field("Last-Event-ID")
            let gap = endedAt.map { $0.duration(to: .now) }
            record.withLock { record in
                if let gap { record.gaps.append(gap) }
                record.isConnected = true
            }
            while let message = try? await client.next(within: .seconds(120)), !Task.isCancelled {
                last = take(message) ?? last
            }
            let code = client.received.closeCode
            endedAt = .now
            record.withLock { record in
                record.closeCodes.append(code ?? 0)
                record.isConnected = false
            }
            await client.close()
        }
    }

    /// - Returns: the event's id.
    private func take(_ message: String) -> String? {
        let object = (try? JSONValue(parsing: message.utf8))?.object
        return record.withLock { record in
            guard let id = object?["id"]?.string else {
                record.resyncs += 1
                return nil
            }
            record.eventIDs.append(id)
            if object?["type"]?.string == "strategy.created", let strategy = object?["data"]?.object?["id"]?.integer {
                record.created.append(strategy)
            }
            return id
        }
    }
}
