/// What is known of one instance, from the checks of its `/health` and from connections that failed.
package struct EndpointHealth: Sendable, Hashable {
    package enum Status: String, Sendable, Hashable {
        /// Not checked yet → any other.
        case unknown
        /// Passed its last check → doubtful, unreachable.
        case healthy
        /// Can be connected to, but says that it cannot serve, or is too slow to say anything → any but unknown.
        case doubtful
        /// Cannot be connected to → any but unknown.
        case unreachable
    }

    /// What one check of an endpoint found.
    package enum Finding: Sendable, Hashable {
        case passed
        /// Answered with a status other than 200.
        case refusedToServe
        /// Did not answer in time, or with something that is no answer.
        case silent
        /// Could not be connected to.
        case unreachable
    }

    package private(set) var status = Status.unknown
    private var silences = 0

    /// How many silent checks in a row make an endpoint doubtful: one alone may be a hiccup of a busy machine.
    package static let toleratedSilences = 1

    /// Out because it said nothing, rather than that it cannot serve.
    package var isSilent: Bool { status == .doubtful && silences > 0 }

    package init() {}

    /// - Returns: whether the next check should come soon instead of at its usual time.
    package mutating func checked(_ finding: Finding) -> Bool {
        guard finding == .silent else {
            silences = 0
            status =
                switch finding {
                case .passed: .healthy
                case .refusedToServe, .silent: .doubtful
                case .unreachable: .unreachable
                }
            return false
        }
        silences += 1
        guard silences > Self.toleratedSilences || status != .healthy else { return true }
        status = .doubtful
        return false
    }

    /// A request could not connect. The endpoint is out until a check passes.
    package mutating func connectFailed() { status = .unreachable }
}
