/// What a role may do, as `role_permissions` names it.
package enum Permission: String, Sendable {
    case readAccounts = "accounts:read"
    case writeAccounts = "accounts:write"
    case readAudit = "audit:read"
    case readCluster = "cluster:read"
    case moveRoutes = "routes:move"
}
