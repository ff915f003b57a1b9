/// Which requests come first where not all of them can be served.
package enum RequestPriority: String, Sendable, Hashable, CaseIterable {
    /// What must work in an overload of all times: ending a session, or looking what is wrong.
    case urgent
    case normal
}
