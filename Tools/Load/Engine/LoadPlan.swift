import NIOCore

/// What all workers of a run have in common.
struct LoadPlan: Sendable {
    let scenario: Scenario
    let address: SocketAddress
    let builder: RequestBuilder
    let clock: LoadClock
    let schedule: ArrivalSchedule?
    let workers: Int

    var connections: Int { scenario.arrival.connections }
    var timeout: Int64 { Int64(scenario.timeout / .nanoseconds(1)) }
}
