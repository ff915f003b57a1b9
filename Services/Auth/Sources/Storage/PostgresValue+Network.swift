import APIContract
import Postgres

extension PostgresValue {
    /// What of a client's address a limit counts, as `bytea`; null for what is no address.
    static func network(of address: String) -> PostgresValue {
        IPAddress(address).map { .bytes($0.limitedPrefix) } ?? .null
    }
}
