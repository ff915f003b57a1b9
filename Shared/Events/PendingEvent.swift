/// An event that is committed and on its way into the stream.
package struct PendingEvent: Sendable, Hashable {
    /// Of this event alone, for ever: by it Redis knows an event that is appended once more.
    package let key: String
    package let userID: Int
    /// A name as in ``UserEvent/Kind``, or one that a newer release has added.
    package let kind: String
    package let data: [UInt8]

    package init(key: String, userID: Int, kind: String, data: [UInt8]) {
        self.key = key
        self.userID = userID
        self.kind = kind
        self.data = data
    }
}
