-- What waits for a check or for its document is counted and looked for with every batch: each part is
-- read from an index of its own. Routers plan without bitmaps, the only way into the index of before.
DROP INDEX held_submission_awaits;
CREATE INDEX held_submission_early ON held_submission (endpoint) INCLUDE (size)
    WHERE awaits IS NOT NULL;
CREATE INDEX held_submission_checks ON held_submission (held_since) INCLUDE (size)
    WHERE awaits IS NULL;
