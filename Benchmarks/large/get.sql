-- What the strategies service sends (Services/Strategies/Sources/Storage), as its own role and in one pipeline: the caller
-- first, cleared last, one sync. For pgbench -M prepared.
\set caller random(:first, :last)
\set id (:caller - 1) * :each + random(1, :each)
\startpipeline
SELECT set_config('cryptodesk.user_id', :caller::text, true);
SELECT coalesce(r.epoch, 0) AS epoch, coalesce(r.revision, 0) AS revision, s.id, s.version, s.document
FROM (SELECT) AS caller
LEFT JOIN user_revisions r ON r.user_id = :caller
LEFT JOIN trading_strategies s ON s.user_id = :caller AND s.id = :id;
SELECT set_config('cryptodesk.user_id', '', true);
\endpipeline
