/// One request of an operation.
package enum OperationStep: Hashable, Sendable {
    case list
    case get(Int)
    case change(Int, description: String)
    case create(name: String)
    case delete(Int)
    case login(email: String, password: String)
    case refresh(String)
}
