import Events
import NIOCore

extension UserEvent {
    static func created(_ strategy: StoredStrategy, userID: Int) -> UserEvent {
        UserEvent(userID: userID, kind: .strategyCreated, data: Array(strategy.document.readableBytesView))
    }

    static func changed(_ strategy: StoredStrategy, userID: Int) -> UserEvent {
        UserEvent(userID: userID, kind: .strategyChanged, data: Array(strategy.document.readableBytesView))
    }

    static func deleted(id: Int, userID: Int) -> UserEvent {
        UserEvent(userID: userID, kind: .strategyDeleted, data: Array("{\"id\":\(id)}".utf8))
    }
}
