/// The services of this project; the raw value is the product's and the process's name.
package enum ServiceKind: String, CaseIterable, Sendable {
    case gateway, auth, strategies
}
