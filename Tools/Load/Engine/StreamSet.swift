/// A worker's event streams, and how many deliveries are still to come.
struct StreamSet {
    var connections: [StreamConnection] = []
    /// How many of each user's are open.
    private var open: [Int: Int] = [:]
    private var expected = 0
    private var delivered = 0

    mutating func opened(of userID: Int) { open[userID, default: 0] += 1 }
    mutating func closed(of userID: Int) { open[userID, default: 0] -= 1 }

    /// A change was made that counts: each open stream of the user has to tell of it.
    mutating func expect(of userID: Int) { expected += open[userID, default: 0] }

    mutating func deliver() { delivered += 1 }

    var missing: Int { expected - delivered }
}
