/// Something that happened to what belongs to one user.
package struct UserEvent: Sendable, Hashable {
    /// What happened, by its name in the API.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case strategyCreated = "strategy.created"
        case strategyChanged = "strategy.changed"
        case strategyDeleted = "strategy.deleted"
    }

    /// The only user who may learn of it.
    package let userID: Int
    package let kind: Kind
    /// The JSON of `data`: the thing as the API shows it, or its id alone once it is gone.
    package let data: [UInt8]

    package init(userID: Int, kind: Kind, data: [UInt8]) {
        self.userID = userID
        self.kind = kind
        self.data = data
    }
}
