-- Submissions that wait for a check: nothing is known to be wrong with them, and something that
-- the check needs is away. Each has its row in submission, with the outcome «held», until it ends.

ALTER TABLE submission DROP CONSTRAINT submission_outcome_check;
-- NOT VALID: the rows there are have passed the narrower check; looking at millions of them again
-- would hold up all traffic.
ALTER TABLE submission ADD CONSTRAINT submission_outcome_check
    CHECK (outcome IN ('accepted', 'duplicate', 'refused', 'held')) NOT VALID;

CREATE TABLE held_submission (
    submission  uuid PRIMARY KEY REFERENCES submission (id),
    body        bytea NOT NULL,
    size        integer NOT NULL,
    verdict     jsonb NOT NULL,
    held_since  timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    attempts    integer NOT NULL DEFAULT 0,
    expires_at  timestamptz NOT NULL,
    refusal     text
);
ALTER TABLE held_submission ALTER COLUMN body SET STORAGE EXTERNAL; -- base64 does not compress
CREATE INDEX held_submission_due ON held_submission (next_try_at, submission);
COMMENT ON COLUMN held_submission.next_try_at IS
    'When it is tried again; whoever tries it moves this on first, so that no other router does.';
COMMENT ON COLUMN held_submission.refusal IS
    'Why an administrator wants it refused; the next try carries that out, with a receipt.';
