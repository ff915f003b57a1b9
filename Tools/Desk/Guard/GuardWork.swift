import LocalCluster

/// The requests of one measured run.
struct GuardWork {
    /// How many of each operation.
    let lists: Int
    let gets: Int
    /// As long as this the process goes on when it has answered them.
    var least: Duration = .zero

    /// Both operations for each user at least, so that every token is known and every connection open.
    static let fewest = 100
    /// By which one run has more of an operation than another.
    static let more = 1000

    static let few = GuardWork(lists: fewest, gets: fewest)

    static func many(_ operation: String) -> GuardWork {
        operation == "list"
            ? GuardWork(lists: fewest + more, gets: fewest) : GuardWork(lists: fewest, gets: fewest + more)
    }

    /// Sends the requests one after the other, each for the next user.
    ///
    /// - Returns: how long that took.
    func run(port: Int, users: [GuardUser]) async throws -> Duration {
        var requests: [SequentialClient.Request] = []
        for number in 0..<max(lists, gets) {
            let user = users[number % users.count]
            if number < lists { requests.append(user.list) }
            if number < gets { requests.append(user.get) }
        }
        let start = ContinuousClock.now
        try await SequentialClient(port: port).send(requests)
        let taken = start.duration(to: .now)
        if taken < least { try await Task.sleep(for: least - taken) }
        return taken
    }
}

/// Somebody who asks, and one of the strategies that are there to be asked for.
struct GuardUser {
    let token: String
    let strategy: Int

    var list: SequentialClient.Request { .init(path: ListBenchmark.path, token: token, beginning: "[{") }

    var get: SequentialClient.Request {
        .init(path: "\(ListBenchmark.path)/\(strategy)", token: token, beginning: "{\"id\":\(strategy),")
    }
}
