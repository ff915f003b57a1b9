package import Postgres

/// The statements about a user's revision alone.
package enum RevisionQueries {
    /// `$1` user; beside the revision, the lowest base of the epochs after `$2`.
    package static let lowestBase = Statement(
        "revisions_lowest_base",
        """
        SELECT coalesce(r.epoch, 0) AS epoch, coalesce(r.revision, 0) AS revision,
               (SELECT min(base) FROM user_revision_epochs WHERE user_id = $1 AND epoch > $2)
        FROM (SELECT) AS caller LEFT JOIN user_revisions r ON r.user_id = $1
        """)
}
