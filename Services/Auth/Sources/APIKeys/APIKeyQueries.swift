import Postgres

/// The statements about API keys.
enum APIKeyQueries {
    /// A key as the API shows it.
    private static let document = """
        (SELECT row_to_json(shown) FROM (
            SELECT api_keys.id, api_keys.name, api_keys.scopes, api_keys.prefix,
                   api_timestamp(api_keys.created_at) AS created_at,
                   api_timestamp(api_keys.last_used_at) AS last_used_at,
                   api_timestamp(api_keys.expires_at) AS expires_at
        ) shown)
        """

    /// Inside a transaction: whoever adds a key waits here, so that two at once do not pass the limit together.
    static let lockAccount = Statement(
        "auth_lock_account_of_keys", "SELECT id FROM users WHERE id = $1 AND is_active FOR NO KEY UPDATE")

    static let count = Statement("auth_count_api_keys", "SELECT count(*) FROM api_keys WHERE user_id = $1")

    /// `$1` user, `$2` name, `$3` scopes separated by spaces, `$4` prefix, `$5` hash, `$6` expiry in seconds since 1970.
    static let create = Statement(
        "auth_create_api_key",
        """
        WITH api_keys AS (
            INSERT INTO api_keys (user_id, name, scopes, prefix, key_hash, expires_at)
            VALUES ($1, $2, string_to_array($3, ' '), $4, $5::bytea, to_timestamp($6::float8))
            RETURNING *
        )
        SELECT id, \(document)::text FROM api_keys
        """)

    /// The keys of the user `$1` as a JSON array, the newest first; expired ones are shown until they are deleted.
    static let list = Statement(
        "auth_list_api_keys",
        """
        SELECT coalesce(json_agg(\(document) ORDER BY api_keys.id DESC), '[]')::text FROM api_keys WHERE user_id = $1
        """)

    /// Deletes the key `$2` of the user `$1`. Returns its session and what the audit log tells of it.
    static let delete = Statement(
        "auth_delete_api_key",
        """
        DELETE FROM api_keys WHERE user_id = $1 AND id = $2
        RETURNING session_id, json_build_object('api_key_id', id, 'name', name, 'prefix', prefix)::text
        """)

    /// The number of the revocation of the session `$2` of the user `$1`, kept until `$3` (seconds since 1970). Last in
    /// its transaction, as it locks the revocations' counter.
    static let revoke = Statement(
        "auth_revoke_api_key",
        "SELECT add_revocation('session', $1::bigint, $2::uuid::text, NULL, to_timestamp($3::bigint))")

    /// Whom the key with the hash `$1` belongs to and what it is good for, while it is and its account is active. Seconds
    /// since 1970 in the last column.
    static let use = Statement(
        "auth_use_api_key",
        """
        UPDATE api_keys SET last_used_at = now()
        FROM users, revocation_counter
        WHERE key_hash = $1::bytea AND (api_keys.expires_at IS NULL OR api_keys.expires_at > now())
          AND users.id = api_keys.user_id AND users.is_active
        RETURNING users.id, greatest(token_epoch, global_epoch), session_id,
                  array_to_string(scopes, ' '), extract(epoch FROM expires_at)::bigint
        """)
}
