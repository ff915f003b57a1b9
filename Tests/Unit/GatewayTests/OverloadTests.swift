import Gateway
import Testing

@Suite("Overload, in simulated time")
struct OverloadTests {
    private static let limits: AdmissionLimits = {
        var limits = AdmissionLimits()
        limits.concurrency = 64
        limits.waiting = 64
        return limits
    }()

    /// Answers a second that came in time, under a load of so many times what the service can do.
    private func goodput(_ load: Double, limits: AdmissionLimits, seed: UInt64 = 1) -> Double {
        var simulation = OverloadSimulation(limits: limits, seed: seed)
        simulation.run(load: load, seconds: 5)  // until it is settled
        return simulation.run(load: load, seconds: 20)
    }

    @Test(
        "at twice the load goodput stays above 90 % of its peak, at five times above 80 %",
        arguments: [1, 2, 3] as [UInt64])
    func goodputStays(seed: UInt64) {
        let peak = [0.9, 1, 1.1].map { goodput($0, limits: Self.limits, seed: seed) }.max() ?? 0
        #expect(peak > 0.85 * OverloadSimulation.capacity)
        #expect(goodput(2, limits: Self.limits, seed: seed) >= 0.9 * peak)
        #expect(goodput(5, limits: Self.limits, seed: seed) >= 0.8 * peak)
    }

    @Test("without a limit it collapses")
    func collapse() {
        var limits = Self.limits
        limits.concurrency = .max / 4
        #expect(goodput(2, limits: limits) < 0.1 * OverloadSimulation.capacity)
    }

    @Test("within two seconds after the overload everybody is answered again")
    func recovery() {
        var simulation = OverloadSimulation(limits: Self.limits, seed: 5)
        simulation.run(load: 5, seconds: 20)
        simulation.run(load: 0.7, seconds: 2)
        let refused = simulation.refused
        let goodput = simulation.run(load: 0.7, seconds: 20)
        #expect(simulation.refused == refused)
        #expect(goodput > 0.65 * OverloadSimulation.capacity)
    }

    @Test("who is refused learns it at once, and nobody waits for longer than allowed")
    func early() {
        var simulation = OverloadSimulation(limits: Self.limits, seed: 9)
        simulation.run(load: 5, seconds: 20)
        // At a tick, or when somebody else is done.
        #expect(simulation.longestWait <= Self.limits.wait.microseconds + 100_000)
        #expect(Double(simulation.refusedAtOnce) > 0.95 * Double(simulation.refused))
        #expect(simulation.largestQueue <= 64)
    }

    @Test("logouts are served whatever else comes")
    func urgent() {
        var simulation = OverloadSimulation(limits: Self.limits, seed: 11)
        simulation.urgentShare = 0.05
        simulation.run(load: 5, seconds: 20)
        #expect(Double(simulation.urgentRefused) < 0.01 * Double(simulation.urgent))
    }
}

/// A service that does 400 requests a second, eight at a time, behind a gateway of two event loops. Clients wait for a
/// second.
private struct OverloadSimulation {
    static let capacity = 400.0
    private static let servers = 8
    private static let serviceTime = 20_000
    private static let deadline = 1_000_000
    private static let loops = 2

    struct Request {
        let arrivedAt: Int
        let loop: Int
        let isUrgent: Bool
    }

    var urgentShare = 0.0
    private(set) var refused = 0
    private(set) var refusedAtOnce = 0
    private(set) var urgent = 0
    private(set) var urgentRefused = 0
    private(set) var longestWait = 0
    private(set) var largestQueue = 0
    private var inTime = 0
    private var now = 0
    private var random: SimulationGenerator
    private var queues: [AdmissionQueue<Request>]
    private var freeAt = [Int](repeating: 0, count: OverloadSimulation.servers)
    /// In the order in which they end, since each takes as long as the others.
    private var underWay: [(endsAt: Int, request: Request)] = []

    init(limits: AdmissionLimits, seed: UInt64) {
        random = SimulationGenerator(seed: seed)
        queues = (0..<Self.loops).map { AdmissionQueue(limits: limits.share(of: $0, among: Self.loops)) }
    }

    /// - Returns: answers a second that came in time.
    @discardableResult
    mutating func run(load: Double, seconds: Int) -> Double {
        let (before, end) = (inTime, now + seconds * 1_000_000)
        let mean = 1_000_000 / (load * Self.capacity)
        var arrival = now
        var tick = now
        while true {
            arrival += Int(mean * exponential())
            while let next = [underWay.first?.endsAt, tick].compactMap(\.self).min(), next <= min(arrival, end) {
                now = max(now, next)
                if let first = underWay.first, first.endsAt == next { finish(first.request) } else { tick += 100_000 }
                for loop in queues.indices { proceed(loop) }
            }
            guard arrival < end else { break }
            now = arrival
            arrive()
        }
        now = end
        return Double(inTime - before) / Double(seconds)
    }

    /// Of mean 1: the time between independent arrivals (von Neumann's method, which needs no logarithm).
    private mutating func exponential() -> Double {
        var whole = 0.0
        while true {
            let first = Double.random(in: 0..<1, using: &random)
            var (last, count) = (first, 1)
            while true {
                let next = Double.random(in: 0..<1, using: &random)
                guard next < last else { break }
                (last, count) = (next, count + 1)
            }
            if !count.isMultiple(of: 2) { return whole + first }
            whole += 1
        }
    }

    private mutating func arrive() {
        let loop = Int.random(in: 0..<Self.loops, using: &random)
        let isUrgent = Double.random(in: 0..<1, using: &random) < urgentShare
        let request = Request(arrivedAt: now, loop: loop, isUrgent: isUrgent)
        if isUrgent { urgent += 1 }
        switch queues[loop].arrive(request, priority: isUrgent ? .urgent : .normal, patience: .max, now: now) {
        case .admitted: dispatch(request)
        case .queued: break
        case .queuedInstead(_, let other): refuse(other)
        case .refused: refuse(request)
        }
        largestQueue = max(largestQueue, queues.map(\.waiting).reduce(0, +))
    }

    private mutating func dispatch(_ request: Request) {
        longestWait = max(longestWait, now - request.arrivedAt)
        let server = freeAt.indices.min { freeAt[$0] < freeAt[$1] } ?? 0
        freeAt[server] = max(now, freeAt[server]) + Self.serviceTime
        underWay.append((freeAt[server], request))
    }

    private mutating func finish(_ request: Request) {
        underWay.removeFirst()
        if now - request.arrivedAt <= Self.deadline { inTime += 1 }
        queues[request.loop].finished(now: now)
    }

    private mutating func proceed(_ loop: Int) {
        while let step = queues[loop].next(now: now) {
            switch step {
            case .start(let request): dispatch(request)
            case .refuse(let request): refuse(request)
            }
        }
    }

    private mutating func refuse(_ request: Request) {
        refused += 1
        if request.isUrgent { urgentRefused += 1 }
        if now == request.arrivedAt { refusedAtOnce += 1 }
        longestWait = max(longestWait, now - request.arrivedAt)
    }
}
