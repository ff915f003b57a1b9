package import NIOCore

/// A value that is there now, as it is for nearly every request, or one that an event loop will have: what is there costs
/// no future.
package enum Eventual<Value: Sendable>: Sendable {
    case now(Value)
    case later(EventLoopFuture<Value>)

    /// Calls back at once, or when the future has succeeded, on its event loop, which must be the current one.
    package func whenSuccess(_ body: @escaping (Value) -> Void) {
        switch self {
        case .now(let value): body(value)
        case .later(let future): future.assumeIsolated().whenSuccess(body)
        }
    }

    /// - Parameter body: called at once, or on the future's event loop.
    func map<Other>(_ body: @escaping @Sendable (Value) -> Other) -> Eventual<Other> {
        switch self {
        case .now(let value): .now(body(value))
        case .later(let future): .later(future.map(body))
        }
    }

    func future(on eventLoop: any EventLoop) -> EventLoopFuture<Value> {
        switch self {
        case .now(let value): eventLoop.makeSucceededFuture(value)
        case .later(let future): future
        }
    }

    /// - Throws: what the future fails with.
    package func get() async throws -> Value {
        switch self {
        case .now(let value): value
        case .later(let future): try await future.get()
        }
    }
}
