/// What a user of the API does.
package enum Operation: String, Sendable, Hashable, CaseIterable {
    case list
    case get
    case change
    /// Creates a strategy and deletes it again: two requests.
    case createAndDelete = "create-and-delete"
    case login
    case refresh
    /// No request: an event's way from the change that it tells of to one that listens.
    case delivery

    /// Those that a scenario may mix.
    package static let mixable: [Operation] = [.list, .get, .change, .createAndDelete, .login, .refresh]
}
