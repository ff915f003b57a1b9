import Postgres

/// The statements about who somebody is on the other side of a migration.
enum LegacyIdentityQueries {
    /// Whom the other system names `$1`: their number there, and here number, epoch, and whether the account may be used by
    /// somebody who signed in there. Without an account the last three are null.
    static let find = Statement(
        "auth_find_legacy_identity",
        """
        SELECT legacy.legacy_user_id, users.id, greatest(users.token_epoch, global_epoch),
               users.is_active AND NOT users.mfa_enabled
        FROM legacy_identities legacy
        CROSS JOIN revocation_counter
        LEFT JOIN users ON users.legacy_user_id = legacy.legacy_user_id
        WHERE legacy.legacy_email = $1
        """)

    /// What the user `$1` is there: number and name.
    static let counterpart = Statement(
        "auth_find_legacy_counterpart",
        """
        SELECT legacy_user_id, legacy_email
        FROM users JOIN legacy_identities USING (legacy_user_id)
        WHERE users.id = $1 AND legacy_email IS NOT NULL
        """)
}
