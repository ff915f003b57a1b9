/// What a load test does, and what has to come out of it.
package struct Scenario: Sendable, Hashable {
    /// How requests come.
    package enum Arrival: Sendable, Hashable {
        /// So many connections, each with one request at a time, and a pause after each answer.
        case closed(connections: Int, thinkTime: Duration)
        /// So many requests a second, whatever becomes of them, over at most so many connections.
        case open(rate: Double, connections: Int)

        package var connections: Int {
            switch self {
            case .closed(let connections, _), .open(_, let connections): connections
            }
        }
    }

    /// A part of the run at a multiple of the rate.
    package struct Stage: Sendable, Hashable {
        package let times: Double
        package let duration: Duration
    }

    package let name: String
    package let description: String
    package var mix: OperationMix
    /// Distinct users, each with at least so many strategies.
    package var users: Int
    package var strategies: Int
    /// Connections that listen to events, evenly of all users; how long these take is the operation `delivery`.
    package var streams: Int
    package var arrival: Arrival
    /// At least one; a closed loop has exactly one.
    package var stages: [Stage]
    /// How long it takes to get to the full load. What is sent meanwhile does not count.
    package var ramp: Duration
    /// After this time without an answer a request has failed.
    package var timeout: Duration
    package var targets: [Target]

    /// Of what counts.
    package var duration: Duration { stages.reduce(.zero) { $0 + $1.duration } }

    /// Makes all stages longer or shorter, so that they take so long together.
    package mutating func stretch(to duration: Duration) {
        let factor = duration / self.duration
        stages = stages.map { Stage(times: $0.times, duration: $0.duration * factor) }
    }

    /// When requests are due; `nil` of a closed loop.
    package var schedule: ArrivalSchedule? {
        guard case .open(let rate, _) = arrival else { return nil }
        let steady = stages.map { stage in
            ArrivalSchedule.Stage(
                from: rate * stage.times, to: rate * stage.times, duration: stage.duration / .seconds(1))
        }
        guard ramp > .zero else { return ArrivalSchedule(steady) }
        let rising = ArrivalSchedule.Stage(from: 0, to: steady[0].from, duration: ramp / .seconds(1))
        return ArrivalSchedule([rising] + steady)
    }
}
