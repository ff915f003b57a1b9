/// The signals that a cluster is run with.
package enum ProcessSignal: String, Hashable, Sendable {
    case terminate = "TERM"
    case interrupt = "INT"
    case hangUp = "HUP"
    case quit = "QUIT"
    case kill = "KILL"
    case stop = "STOP"
    case resume = "CONT"
}
