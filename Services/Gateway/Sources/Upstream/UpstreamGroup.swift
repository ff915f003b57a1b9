package import JSON
import Synchronization

/// The instances of one service and what is known of them, shared by all event loops.
package final class UpstreamGroup: Sendable {
    /// What `/health` shows of one instance.
    package struct Instance: Sendable {
        package var health = EndpointHealth()
        /// What the instance last said of itself.
        package var report: JSONObject?
    }

    package let name: UpstreamName
    package let endpoints: [UpstreamEndpoint]
    private let state: Mutex<[Instance]>
    private let healthyMask = Atomic<UInt64>(0)
    private let doubtfulMask = Atomic<UInt64>(0)
    private let silentMask = Atomic<UInt64>(0)

    /// - Parameter endpoints: 1 to 64 of them.
    package init(name: UpstreamName, endpoints: [UpstreamEndpoint]) {
        self.name = name
        self.endpoints = endpoints
        state = Mutex(Array(repeating: Instance(), count: endpoints.count))
    }

    package var healthy: EndpointSet { EndpointSet(rawValue: healthyMask.load(ordering: .relaxed)) }

    package var doubtful: EndpointSet { EndpointSet(rawValue: doubtfulMask.load(ordering: .relaxed)) }

    /// Doubtful ones that did not answer their last checks at all: what they were asked they may never answer.
    package var silent: EndpointSet { EndpointSet(rawValue: silentMask.load(ordering: .relaxed)) }

    package var instances: [Instance] { state.withLock { $0 } }

    /// - Returns: what changed, and whether the next check should come soon.
    package func checked(
        _ endpoint: Int, _ finding: EndpointHealth.Finding, report: JSONObject? = nil
    ) -> (change: EndpointHealth.Status?, checkSoon: Bool) {
        state.withLock { instances in
            let before = instances[endpoint].health.status
            let checkSoon = instances[endpoint].health.checked(finding)
            instances[endpoint].report = report
            publish(instances)
            let after = instances[endpoint].health.status
            return (after == before ? nil : after, checkSoon)
        }
    }

    /// - Returns: whether the endpoint was in use until now.
    package func connectFailed(_ endpoint: Int) -> Bool {
        state.withLock { instances in
            let wasUsed = instances[endpoint].health.status != .unreachable
            instances[endpoint].health.connectFailed()
            publish(instances)
            return wasUsed
        }
    }

    private func publish(_ instances: [Instance]) {
        func mask(_ isIncluded: (EndpointHealth) -> Bool) -> UInt64 {
            instances.indices.reduce(0) { isIncluded(instances[$1].health) ? $0 | 1 << UInt64($1) : $0 }
        }
        healthyMask.store(mask { $0.status == .healthy }, ordering: .relaxed)
        doubtfulMask.store(mask { $0.status == .doubtful }, ordering: .relaxed)
        silentMask.store(mask(\.isSilent), ordering: .relaxed)
    }
}
