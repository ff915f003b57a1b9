package import Postgres

/// Every statement of this service.
package enum Queries {
    // MARK: Accounts

    /// The account as the API shows it.
    static let document = """
        (SELECT row_to_json(shown) FROM (
            SELECT users.id, users.email, users.full_name, users.is_active, users.role,
                   api_timestamp(users.created_at) AS created_at
        ) shown)::text
        """

    /// The account as its owner sees it.
    private static let profile = """
        (SELECT row_to_json(shown) FROM (
            SELECT users.id, users.email, users.full_name, users.is_active, users.role,
                   api_timestamp(users.created_at) AS created_at, users.mfa_enabled
        ) shown)::text
        """

    /// The account with the address `$1`, and whether it has signed in from the network `$2` within 90 days.
    static let findAccount = Statement(
        "auth_find_account",
        """
        SELECT id, password_hash, is_active, mfa_enabled, EXISTS (
            SELECT FROM known_networks
            WHERE user_id = users.id AND network = $2::bytea AND last_used_at > now() - interval '90 days'
        )
        FROM users WHERE lower(email) = $1
        """)

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
               CASE WHEN users.id IS NOT NULL THEN \(profile) END
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
        SELECT r.epoch, r.revision, \(profile) FROM users, raise_revision(id, $3, $4) AS r
        """)

    static let credential = Statement(
        "auth_credential", "SELECT email, password_hash FROM users WHERE id = $1 AND is_active")

    /// Inside a transaction, before ``endOtherSessions``; a row when the account still has the password hash `$2`.
    static let changePassword = Statement(
        "auth_change_password",
        """
        UPDATE users SET password_hash = $3, updated_at = now()
        WHERE id = $1 AND password_hash = $2 AND is_active
        RETURNING id
        """)

    /// The same password, hashed at another cost.
    static let rehash = Statement(
        "auth_rehash", "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2 RETURNING id")

    /// Inside a transaction, before ``deleteAccount``: whoever raises the revision holds it before the account's row.
    static let lockRevision = Statement(
        "auth_lock_revision", "SELECT revision FROM user_revisions WHERE user_id = $1 FOR UPDATE")

    /// All that belongs to the account goes with it. Returns the epoch of its last tokens.
    static let deleteAccount = Statement(
        "auth_delete_account",
        "DELETE FROM users WHERE id = $1 AND password_hash = $2 AND is_active RETURNING token_epoch")

    /// Returns the number of the revocation of all tokens of the user `$1` up to the epoch `$2`, kept until `$3`.
    static let refuseTokensOfDeleted = Statement(
        "auth_refuse_tokens_of_deleted",
        """
        SELECT add_revocation(
            'user_epoch', $1::bigint, NULL, 1 + greatest($2::bigint, (SELECT global_epoch FROM revocation_counter)),
            to_timestamp($3::bigint))
        """)

    /// What the owner of an account reads, and what changes that; each begins with the revision's two columns, as
    /// `UserDatabase` wants them.
    package static let reads: [Statement] = [showAccount]
    package static let writes: [Statement] = [createAccount, renameAccount]

    // MARK: Sessions

    /// `$1` user, `$2` session, `$3` hash of its first refresh token, `$4` lifetime in seconds, `$5` user agent,
    /// `$6` address, `$7` the account's password hash, `$8` whether a second factor was shown besides: no row when that is
    /// not what the account asks for; `$9` the address's network, which is known from then on, or null; `$10` the
    /// request. Sessions that ended and networks that were used long ago go at the same time, and the audit log tells of it.
    static let startSession = Statement(
        "auth_start_session",
        """
        WITH account AS (
            SELECT users.id, role, greatest(token_epoch, global_epoch) AS token_epoch
            FROM users, revocation_counter
            WHERE users.id = $1 AND is_active AND password_hash = $7 AND mfa_enabled = $8::boolean
            FOR SHARE OF users
        ), session AS (
            INSERT INTO sessions (user_id, id, expires_at, user_agent, address)
            SELECT id, $2::uuid, now() + $4::bigint * interval '1 second', $5, $6 FROM account
            RETURNING user_id, id, expires_at
        ), token AS (
            INSERT INTO refresh_tokens (user_id, session_id, token_hash, expires_at)
            SELECT user_id, id, $3::bytea, expires_at FROM session
        ), pruned AS (
            DELETE FROM sessions WHERE user_id = $1 AND expires_at < now() - interval '7 days'
        ), audited AS (
            INSERT INTO audit_log (action, actor_id, user_id, address, request_id, details)
            SELECT 'login.succeeded', user_id, user_id, $6, $10,
                   jsonb_build_object('session_id', id, 'second_factor', $8::boolean)
            FROM session
        ), known AS (
            INSERT INTO known_networks AS k (user_id, network)
            SELECT user_id, $9::bytea FROM session WHERE $9::bytea IS NOT NULL
            ON CONFLICT (user_id, network) DO UPDATE SET last_used_at = now()
            WHERE k.last_used_at < now() - interval '1 day'
        ), forgotten AS (
            DELETE FROM known_networks
            WHERE user_id = $1 AND network <> $9::bytea AND last_used_at < now() - interval '90 days'
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
            FROM refresh_tokens t, users u, revocation_counter c
            WHERE t.token_hash = $1::bytea AND t.successor_hash IS NULL AND t.expires_at > now()
              AND s.user_id = t.user_id AND s.id = t.session_id AND s.revoked_at IS NULL AND s.expires_at > now()
              AND u.id = t.user_id AND u.is_active
            RETURNING s.user_id, s.id, s.expires_at, u.role, greatest(u.token_epoch, c.global_epoch) AS token_epoch
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
        SELECT t.user_id, u.role, greatest(u.token_epoch, c.global_epoch), t.session_id,
               t.expires_at > now(),
               s.revoked_at IS NULL AND s.expires_at > now() AND u.is_active,
               t.successor_sealed,
               (extract(epoch FROM clock_timestamp() - n.used_at) * 1000)::bigint
        FROM refresh_tokens t
        JOIN sessions s ON s.user_id = t.user_id AND s.id = t.session_id
        JOIN users u ON u.id = t.user_id
        CROSS JOIN revocation_counter c
        LEFT JOIN refresh_tokens n
               ON n.user_id = t.user_id AND n.session_id = t.session_id AND n.token_hash = t.successor_hash
        WHERE t.token_hash = $1::bytea
        """)

    /// Ends the session `$2` of the user `$1`, and returns the number of its revocation, which is kept until `$4` (seconds
    /// since 1970). A session that has ended before has its revocation already; one that is not there any more leaves
    /// only the token `$3` to be refused.
    static let endSession = Statement(
        "auth_end_session",
        """
        WITH ended AS (
            UPDATE sessions SET revoked_at = now() WHERE user_id = $1 AND id = $2::uuid AND revoked_at IS NULL
            RETURNING id
        )
        SELECT CASE
            WHEN EXISTS (SELECT FROM ended)
                THEN add_revocation('session', $1::bigint, $2::uuid::text, NULL, to_timestamp($4::bigint))
            WHEN $3::text IS NOT NULL AND NOT EXISTS (SELECT FROM sessions WHERE user_id = $1 AND id = $2::uuid)
                THEN add_revocation('token', $1::bigint, $3::text, NULL, to_timestamp($4::bigint))
        END
        """)

    /// Ends all sessions of the user `$1`, and all access tokens by a new epoch. Returns the number of the revocation,
    /// which is kept until `$2` (seconds since 1970); no row when the account is gone.
    static let endAllSessions = Statement(
        "auth_end_all_sessions",
        """
        WITH ended AS (
            UPDATE sessions SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL
        ), raised AS (
            UPDATE users SET token_epoch = 1 + greatest(token_epoch, (SELECT global_epoch FROM revocation_counter))
            WHERE id = $1
            RETURNING token_epoch
        )
        SELECT add_revocation('user_epoch', $1::bigint, NULL, token_epoch, to_timestamp($2::bigint)) FROM raised
        """)

    /// Inside a transaction that has locked the account's row: ends the sessions of the user `$1` but `$2`, and returns
    /// the number of the last revocation, kept until `$3`; null when there was none.
    ///
    /// All rows are locked before the revocations' counter is: who ends one session locks them in that order, too.
    static let endOtherSessions = Statement(
        "auth_end_other_sessions",
        """
        WITH ended AS (
            UPDATE sessions SET revoked_at = now()
            WHERE user_id = $1 AND id <> $2::uuid AND revoked_at IS NULL
            RETURNING id
        ), collected AS (
            SELECT array_agg(id) AS ids FROM ended
        )
        SELECT max(add_revocation('session', $1::bigint, id::text, NULL, to_timestamp($3::bigint)))
        FROM collected, unnest(ids) AS id
        """)

    /// The living sessions of the user `$1` as a JSON array, the last used first; `$2` is the one that asks.
    static let listSessions = Statement(
        "auth_list_sessions",
        """
        SELECT coalesce(json_agg(shown), '[]')::text FROM (
            SELECT id, user_agent AS device, address, api_timestamp(created_at) AS created_at,
                   api_timestamp(last_used_at) AS last_used_at, id = $2::uuid AS current
            FROM sessions
            WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()
            ORDER BY sessions.last_used_at DESC, id
            LIMIT 1000
        ) AS shown
        """)

    static let sessionExists = Statement(
        "auth_session_exists", "SELECT EXISTS (SELECT FROM sessions WHERE user_id = $1 AND id = $2::uuid)")

    // MARK: Revocations

    /// At most `$2` revocations after the number `$1`, each with what holds for all: the primary's epoch, the highest
    /// number, and the number below which all have expired. One row without a number when there are none.
    static let revocationsAfter = Statement(
        "auth_revocations_after",
        """
        SELECT primary_epoch, counter.last, coalesce(floor, counter.last + 1),
               number, kind, user_id, subject, epoch, extract(epoch FROM expires_at)::bigint
        FROM revocation_counter AS counter
        CROSS JOIN (SELECT max(epoch) AS primary_epoch FROM primary_epochs) AS epochs
        CROSS JOIN (SELECT min(number) AS floor FROM revocations) AS kept
        LEFT JOIN LATERAL (
            SELECT number, kind, user_id, subject, epoch, expires_at FROM revocations
            WHERE number > $1::bigint ORDER BY number LIMIT $2::bigint
        ) AS page ON true
        ORDER BY number
        """)

    /// Deletes below the lowest number that still refuses something.
    static let deleteExpiredRevocations = Statement(
        "auth_delete_expired_revocations",
        """
        DELETE FROM revocations
        WHERE number < coalesce((SELECT min(number) FROM revocations WHERE expires_at > now()), 9223372036854775807)
        """)
}
