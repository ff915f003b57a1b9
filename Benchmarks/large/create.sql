-- What the strategies service sends (Services/Strategies/Sources/Storage), as its own role and in one pipeline: the caller
-- first, cleared last, one sync. For pgbench -M prepared.
\set caller random(:first, :last)
\startpipeline
SELECT set_config('cryptodesk.user_id', :caller::text, true);
WITH changed AS (
    INSERT INTO trading_strategies (user_id, strategy_name, description, parameters, tags, status)
    VALUES (:caller, 'New', NULL, '{"window": 20}'::jsonb, '{trend}'::text[], 'draft')
    RETURNING user_id, id, version, document
)
SELECT r.epoch, r.revision, id, version, document FROM changed, raise_revision(user_id, NULL, NULL) AS r;
SELECT set_config('cryptodesk.user_id', '', true);
\endpipeline
