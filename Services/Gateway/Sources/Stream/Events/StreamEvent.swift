package import Events
package import NIOCore
import NIOWebSocket

/// An event as a gateway hands it to its user's WebSockets: made into a frame once.
package struct StreamEvent: Sendable, Hashable {
    package let id: EventID
    package let userID: Int
    /// A text message: `{"id": …, "type": …, "data": …}`.
    package let frame: ByteBuffer

    package init(id: EventID, event: UserEvent) {
        self.id = id
        userID = event.userID
        var message = ByteBufferAllocator().buffer(capacity: event.data.count + 96)
        message.writeString("{\"id\":\"\(id)\",\"type\":\"\(event.kind.rawValue)\",\"data\":")
        message.writeBytes(event.data)
        message.writeStaticString("}")
        frame = WebSocketFrameWriter.frame(.text, message)
    }
}
