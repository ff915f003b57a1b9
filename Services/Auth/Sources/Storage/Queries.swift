package import Postgres

/// Every statement of this service.
package enum Queries {
    // MARK: Accounts

    /// The account as the API shows it.
    private static let document = """
        (SELECT row_to_json(shown) FROM (
            SELECT users.id, users.email, users.full_name, users.is_active, users.role,
                   api_timestamp(users.created_at) AS created_at
        ) shown)::text
        """

    static let findAccount = Statement(
        "auth_find_account", "SELECT id, password_hash, is_active FROM users WHERE lower(email) = $1")

    static let createAccount = Statement(
        "auth_create_account",
        """
        WITH users AS (
            INSERT INTO users (email, full_name, password_hash) VALUES ($1, $2, $3) RETURNING *
        )
        SELECT r.epoch, r.revision, id, \(document) FROM users, raise_revision(id, NULL, NULL) AS r
        """)

    static let showAccount = Statement(
        "auth_show_account",
        """
        SELECT coalesce(r.epoch, 0) AS epoch, coalesce(r.revision, 0) AS revision,
               CASE WHEN users.id IS NOT NULL THEN \(document) END
        FROM (SELECT) AS caller
        LEFT JOIN user_revisions r ON r.user_id = $1
        LEFT JOIN users ON users.id = $1 AND users.is_active
        """)

    static let renameAccount = Statement(
        "auth_rename_account",
        """
        WITH users AS (
            UPDATE users SET full_name = $2, updated_at = now()
            WHERE id = $1 AND is_active
            RETURNING *
        )
        SELECT r.epoch, r.revision, \(document) FROM users, raise_revision(id, $3, $4) AS r
        """)

    /// What the owner of an account reads, and what changes that; each begins with the revision's two columns, as
    /// `UserDatabase` wants them.
    package static let reads: [Statement] = [showAccount]
    package static let writes: [Statement] = [createAccount, renameAccount]

    // MARK: Sessions

    /// `$1` user, `$2` session, `$3` hash of its first refresh token, `$4` lifetime in seconds, `$5` user agent,
    /// `$6` address. Sessions that ended long ago go at the same time.
    static let startSession = Statement(
        "auth_start_session",
        """
        WITH account AS (
            SELECT id, role, token_epoch FROM users WHERE id = $1 AND is_active FOR SHARE
        ), session AS (
            INSERT INTO sessions (user_id, id, expires_at, user_agent, address)
            SELECT id, $2::uuid, now() + $4::bigint * interval '1 second', $5, $6 FROM account
            RETURNING user_id, id, expires_at
        ), token AS (
            INSERT INTO refresh_tokens (user_id, session_id, token_hash, expires_at)
            SELECT user_id, id, $3::bytea, expires_at FROM session
        ), pruned AS (
            DELETE FROM sessions WHERE user_id = $1 AND expires_at < now() - interval '7 days'
        )
        SELECT id, role, token_epoch FROM account
        """)

    /// Gives the refresh token `$1` its successor `$2`, sealed as `$3`, when it has none and its session lives;
    /// `$4` is the lifetime in seconds. No row otherwise.
    ///
    /// The session's row is locked first, so one session's refreshes and its end come one after the other. Of two
    /// refreshes of one token the second waits there, and then finds that the token has a successor.
    static let rotateToken = Statement(
        "auth_rotate_token",
        """
        WITH session AS (
            UPDATE sessions s
            SET last_used_at = now(), expires_at = now() + $4::bigint * interval '1 second'
            FROM refresh_tokens t, users u
            WHERE t.token_hash = $1::bytea AND t.successor_hash IS NULL AND t.expires_at > now()
              AND s.user_id = t.user_id AND s.id = t.session_id AND s.revoked_at IS NULL AND s.expires_at > now()
              AND u.id = t.user_id AND u.is_active
            RETURNING s.user_id, s.id, s.expires_at, u.role, u.token_epoch
        ), rotated AS (
            UPDATE refresh_tokens t
            SET used_at = clock_timestamp(), successor_hash = $2::bytea, successor_sealed = $3::bytea
            FROM session
            WHERE t.user_id = session.user_id AND t.session_id = session.id AND t.token_hash = $1::bytea
              AND t.successor_hash IS NULL
            RETURNING t.user_id
        ), successor AS (
            INSERT INTO refresh_tokens (user_id, session_id, token_hash, expires_at)
            SELECT session.user_id, session.id, $2::bytea, session.expires_at FROM session JOIN rotated USING (user_id)
        ), pruned AS (
            DELETE FROM refresh_tokens t USING session
            WHERE t.user_id = session.user_id AND t.session_id = session.id AND t.expires_at < now()
        )
        SELECT session.user_id, session.role, session.token_epoch, session.id
        FROM session JOIN rotated USING (user_id)
        """)

    /// What is known of the refresh token `$1`; the last column is for how long its successor has been used, in ms.
    static let tokenState = Statement(
        "auth_token_state",
        """
        SELECT t.user_id, u.role, u.token_epoch, t.session_id,
               t.expires_at > now(),
               s.revoked_at IS NULL AND s.expires_at > now() AND u.is_active,
               t.successor_sealed,
               (extract(epoch FROM clock_timestamp() - n.used_at) * 1000)::bigint
        FROM refresh_tokens t
        JOIN sessions s ON s.user_id = t.user_id AND s.id = t.session_id
        JOIN users u ON u.id = t.user_id
        LEFT JOIN refresh_tokens n
               ON n.user_id = t.user_id AND n.session_id = t.session_id AND n.token_hash = t.successor_hash
        WHERE t.token_hash = $1::bytea
        """)

    static let endSession = Statement(
        "auth_end_session",
        "UPDATE sessions SET revoked_at = now() WHERE user_id = $1 AND id = $2::uuid AND revoked_at IS NULL")

    /// Ends all sessions of a user, and all access tokens by a new epoch, which it returns.
    static let endAllSessions = Statement(
        "auth_end_all_sessions",
        """
        WITH ended AS (
            UPDATE sessions SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL
        )
        UPDATE users SET token_epoch = token_epoch + 1 WHERE id = $1 RETURNING token_epoch
        """)
}
