import Postgres

/// The statements about second factors. All but the last run inside a transaction that has locked the account's row:
/// whatever concerns one account's second factor comes one after the other.
enum SecondFactorQueries {
    static let lockAccount = Statement(
        "auth_lock_account_of_factor",
        "SELECT email, password_hash, mfa_enabled FROM users WHERE id = $1 AND is_active FOR NO KEY UPDATE")

    /// A new secret `$2` for the user `$1`, in place of one that was never confirmed.
    static let storeSecret = Statement(
        "auth_store_totp_secret",
        """
        INSERT INTO totp_secrets (user_id, sealed) VALUES ($1, $2::bytea)
        ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed, last_step = 0, created_at = now()
        """)

    static let secret = Statement(
        "auth_totp_secret", "SELECT sealed, last_step FROM totp_secrets WHERE user_id = $1")

    /// The code of the step `$2` was taken. The secret, sealed anew as `$3`, is then under the newest key.
    static let advance = Statement(
        "auth_advance_totp", "UPDATE totp_secrets SET last_step = $2, sealed = $3::bytea WHERE user_id = $1")

    static let storeRecoveryCode = Statement(
        "auth_store_recovery_code", "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2::bytea)")

    /// A row when the user `$1` has the recovery code `$2` and had not used it; with how many are left.
    static let useRecoveryCode = Statement(
        "auth_use_recovery_code",
        """
        UPDATE recovery_codes SET used_at = now() WHERE user_id = $1 AND code_hash = $2::bytea AND used_at IS NULL
        RETURNING (
            SELECT count(*) FROM recovery_codes AS other
            WHERE other.user_id = $1 AND used_at IS NULL AND other.code_hash <> $2::bytea
        )
        """)

    static let hasRecoveryCode = Statement(
        "auth_has_recovery_code",
        "SELECT EXISTS (SELECT FROM recovery_codes WHERE user_id = $1 AND code_hash = $2::bytea)")

    /// Turns the second factor of the user `$1` on or off, and raises the user's revision: the profile shows it.
    static let enable = Statement(
        "auth_enable_second_factor",
        """
        WITH users AS (
            UPDATE users SET mfa_enabled = $2::boolean, updated_at = now() WHERE id = $1 RETURNING id
        )
        SELECT r.epoch, r.revision FROM users, raise_revision(id, NULL, NULL) AS r
        """)

    /// The recovery codes go with it.
    static let deleteSecret = Statement("auth_delete_totp_secret", "DELETE FROM totp_secrets WHERE user_id = $1")

    /// What a login that waits for a code is held against.
    static let account = Statement(
        "auth_account_of_factor", "SELECT password_hash, mfa_enabled FROM users WHERE id = $1 AND is_active")
}
