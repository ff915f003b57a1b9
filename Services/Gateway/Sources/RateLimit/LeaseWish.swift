/// How many tokens of a limit are asked for in advance.
package struct LeaseWish: Sendable, Hashable {
    /// At most so many.
    package let tokens: Int
    /// With fewer nobody is served, and none is to be granted.
    package let least: Int

    package init(tokens: Int, least: Int = 1) {
        self.tokens = tokens
        self.least = least
    }
}
