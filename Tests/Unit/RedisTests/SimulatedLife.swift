import NIOCore
import Redis

/// One machine with a simulated server that answers each command with the command's own number.
struct SimulatedLife {
    private var machine = RedisConnectionStateMachine<Int, Int>()
    private var now = NIODeadline.uptimeNanoseconds(1)
    private var isDialling = false
    private var isOpen = false
    /// Replies that the server owes, in order; nil: to the handshake.
    private var owed: [Int?] = []
    private(set) var submitted = 0
    private(set) var answered: Set<Int> = []
    private(set) var problems: [String] = []

    mutating func step(using random: inout SeededGenerator) {
        now = now + .milliseconds(Int64.random(in: 0...60, using: &random))
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40: submit(deadline: .milliseconds(Int64.random(in: 1...200, using: &random)))
        case 40..<60: flush()
        case 60..<80: reply()
        case 80..<88: wake()
        case 88..<95: open()
        case 95..<98: lose(random: Double.random(in: 0..<1, using: &random))
        default: if machine.backoffElapsed() { isDialling = true }
        }
    }

    mutating func end() {
        for failure in machine.shutDown().failed { answer(failure.waiter) }
        flush()
        while isOpen, !owed.isEmpty { reply() }
        lose(random: 0)
        wake()
    }

    private mutating func answer(_ waiter: Int) {
        if !answered.insert(waiter).inserted { problems.append("\(waiter) was answered twice") }
    }

    private mutating func submit(deadline: TimeAmount) {
        let number = submitted
        submitted += 1
        switch machine.submit(number, waiter: number, deadline: now + deadline) {
        case .refused: answer(number)
        case .accepted(_, let dial, _): if dial { isDialling = true }
        }
    }

    private mutating func flush() {
        let commands = machine.takeHeld()
        if !isOpen, !commands.isEmpty { problems.append("written without a socket") }
        owed += commands
    }

    private mutating func open() {
        guard isDialling else { return }
        isDialling = false
        isOpen = machine.dialed(handshakeCommands: 1, deadline: now + .seconds(1)).isWanted
        owed = [nil]
    }

    private mutating func reply() {
        guard isOpen, !owed.isEmpty else { return }
        let number = owed.removeFirst()
        switch machine.received(number.map(RedisReply.integer) ?? .status("PONG"), now: now) {
        case .resume(let waiter, let reply):
            if reply != .integer(waiter) { problems.append("\(waiter) got \(reply)") }
            answer(waiter)
        case .close: lose(random: 0.5)
        case .none, .becameReady: break
        }
    }

    private mutating func wake() {
        let wake = machine.wake(now: now)
        for waiter in wake.expired { answer(waiter) }
        if wake.close != nil { lose(random: 0.5) }
    }

    private mutating func lose(random: Double) {
        guard isOpen || isDialling else { return }
        isOpen = false
        owed = []
        let outcome = machine.disconnected(now: now, random: random)
        isDialling = outcome.next == .dial
        for failure in outcome.failed { answer(failure.waiter) }
    }
}
