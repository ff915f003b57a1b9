import Glibc
import Load

/// What a person sees while a load test runs: one line that changes on a terminal, a line every few seconds elsewhere.
final class LoadProgress: Sendable {
    private let isQuiet: Bool
    private let isTerminal: Bool
    /// Seconds between two lines where they stay.
    private static let interval = 5

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        isTerminal = isatty(STDOUT_FILENO) == 1
    }

    func say(_ text: String) {
        if !isQuiet { Console.say("  \(text)") }
    }

    func prepared(_ count: Int, of all: Int) {
        guard !isQuiet else { return }
        if isTerminal {
            if count % 10 == 0 || count == all { Console.replaceLine("  \(count) of \(all) users are ready") }
            if count == all { Console.say("") }
        } else if count % 500 == 0 {
            Console.say("  \(count) of \(all) users are ready")
        }
    }

    func show(_ moment: LoadRun.Moment) {
        guard !isQuiet else { return }
        let line =
            "  \(number(moment.rate, 0))/s  p50 \(number(moment.p50, 2)) ms  p99 \(number(moment.p99, 2)) ms  "
            + "\(moment.errors) errors  " + (moment.isRamp ? "ramp" : "\(number(moment.secondsLeft, 0)) s left")
        if isTerminal {
            Console.replaceLine(line)
        } else if Int(moment.seconds.rounded()) % Self.interval == 0 {
            Console.say(line)
        }
    }

    /// Leaves the line that changes.
    func end() {
        if !isQuiet, isTerminal { Console.say("") }
    }

    private func number(_ value: Double, _ digits: Int) -> String { ListReport.number(value, digits) }
}
