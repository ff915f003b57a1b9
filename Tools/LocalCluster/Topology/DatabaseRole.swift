/// The roles that PostgreSQL is set up with.
package enum DatabaseRole: String, CaseIterable, Sendable {
    /// PostgreSQL's own superuser: sets up roles and loads demo data.
    case superuser = "postgres"
    /// Owns the tables and runs the migrations.
    case owner = "cryptodesk_owner"
    case auth = "cryptodesk_auth"
    case strategies = "cryptodesk_strategies"
    /// What replicas connect to the primary as.
    case replication = "cryptodesk_replication"
    /// Owns the monolith's database, and sees nothing of ours.
    case monolith = "monolith"

    package static let database = "cryptodesk"
    package static let monolithDatabase = "monolith"

    /// The one that the role works in.
    var database: String { self == .monolith ? Self.monolithDatabase : Self.database }

    package func password(in secrets: ClusterSecrets) -> String {
        switch self {
        case .superuser: secrets.superuser
        case .owner: secrets.owner
        case .auth: secrets.auth
        case .strategies: secrets.strategies
        case .replication: secrets.replication
        case .monolith: secrets.monolith
        }
    }

    /// A libpq URI without a password, over the Unix socket in `socketFolder`.
    package func url(socketFolder: String, port: Int, database: String = Self.database) -> String {
        "postgresql://\(rawValue)@/\(database)?host=\(Self.percentEncoded(socketFolder))&port=\(port)"
    }

    private static func percentEncoded(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
