import Postgres

/// The statements of administrators' requests.
enum AdministrationQueries {
    /// Whether the account `$1` is active and its role has the permission `$2`.
    static let may = Statement(
        "auth_may",
        """
        SELECT EXISTS (
            SELECT FROM users JOIN role_permissions USING (role)
            WHERE users.id = $1 AND is_active AND permission = $2
        )
        """)

    /// At most `$5` accounts after the id `$4`, in the order of their ids; null filters nothing.
    static let listAccounts = Statement(
        "auth_list_accounts",
        """
        SELECT id, \(Queries.document) FROM users
        WHERE ($1::text IS NULL OR strpos(lower(email), lower($1)) > 0 OR strpos(lower(full_name), lower($1)) > 0)
          AND ($2::text IS NULL OR role = $2)
          AND ($3::boolean IS NULL OR is_active = $3)
          AND id > $4::bigint
        ORDER BY id LIMIT $5::bigint
        """)

    static let showAccount = Statement(
        "auth_show_any_account", "SELECT \(Queries.document) FROM users WHERE id = $1")

    /// Inside a transaction: the active administrators. Whoever changes one of them waits here, so that of two changes at
    /// once the second knows what the first has done.
    static let lockAdmins = Statement(
        "auth_lock_admins", "SELECT id FROM users WHERE role = 'admin' AND is_active ORDER BY id FOR NO KEY UPDATE")

    static let lockAccount = Statement(
        "auth_lock_account", "SELECT role, is_active FROM users WHERE id = $1 FOR NO KEY UPDATE")

    static let changeAccount = Statement(
        "auth_change_account",
        """
        WITH users AS (
            UPDATE users SET role = $2, is_active = $3::boolean, updated_at = now() WHERE id = $1 RETURNING *
        )
        SELECT \(Queries.document) FROM users, raise_revision(id, NULL, NULL) AS r
        """)

    /// Refuses the access tokens of the user `$1`, whose sessions go on with new ones. Returns the number of the
    /// revocation, which is kept until `$2` (seconds since 1970).
    static let refuseTokens = Statement(
        "auth_refuse_tokens",
        """
        WITH raised AS (
            UPDATE users SET token_epoch = 1 + greatest(token_epoch, (SELECT global_epoch FROM revocation_counter))
            WHERE id = $1
            RETURNING token_epoch
        )
        SELECT add_revocation('user_epoch', $1::bigint, NULL, token_epoch, to_timestamp($2::bigint)) FROM raised
        """)

    /// At most `$5` entries before the id `$4`, the newest first, since `$3` (seconds since 1970); null filters nothing.
    static let listAudit = Statement(
        "auth_list_audit",
        """
        SELECT id, (SELECT row_to_json(shown) FROM (
            SELECT entry.id, api_timestamp(entry.at) AS at, entry.action, entry.actor_id, entry.user_id,
                   entry.address, entry.request_id, entry.details
        ) AS shown)::text
        FROM audit_log AS entry
        WHERE ($1::bigint IS NULL OR user_id = $1)
          AND ($2::text IS NULL OR action = $2)
          AND ($3::float8 IS NULL OR at >= to_timestamp($3))
          AND ($4::bigint IS NULL OR id < $4)
        ORDER BY id DESC LIMIT $5::bigint
        """)
}
