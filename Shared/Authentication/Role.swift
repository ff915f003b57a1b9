/// What an account may do; permissions follow from it.
package enum Role: String, Sendable, Hashable, CaseIterable {
    case user
    case admin
}
