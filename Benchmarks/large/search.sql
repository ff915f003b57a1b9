-- What the strategies service sends (Services/Strategies/Sources/Storage), as its own role and in one pipeline: the caller
-- first, cleared last, one sync. For pgbench -M prepared.
\set caller random(:first, :last)
\startpipeline
SELECT set_config('cryptodesk.user_id', :caller::text, true);
SELECT coalesce(r.epoch, 0) AS epoch, coalesce(r.revision, 0) AS revision, NULL AS document
FROM (SELECT) AS caller LEFT JOIN user_revisions r ON r.user_id = :caller
UNION ALL (
    SELECT NULL, NULL, document FROM trading_strategies
    WHERE user_id = :caller
      AND (strategy_name ILIKE '%gy 7%' OR description ILIKE '%gy 7%'
           OR EXISTS (SELECT FROM unnest(tags) AS tag WHERE tag ILIKE '%gy 7%'))
    ORDER BY created_at DESC, id DESC
    LIMIT 51
);
SELECT set_config('cryptodesk.user_id', '', true);
\endpipeline
