-- Groups of agencies that one code stands for, and what each change of the registry touched, so that
-- routers load no more than that.

CREATE TABLE agency_group (
    code  text PRIMARY KEY,
    name  text NOT NULL,
    level text CHECK (level IN ('central', 'province', 'district', 'commune')),
    below text REFERENCES agency (code),
    CHECK (below IS NULL OR level IS NOT NULL)
);
COMMENT ON TABLE agency_group IS
    'Members are the highest open agencies of the level, in the country or below one agency, and '
    'those of agency_group_member; resolved on the day of the document.';

CREATE TABLE agency_group_member (
    agency_group text NOT NULL REFERENCES agency_group (code) ON DELETE CASCADE,
    agency       text NOT NULL REFERENCES agency (code),
    PRIMARY KEY (agency_group, agency)
);

CREATE TABLE registry_change (
    version      bigint PRIMARY KEY,
    whole        boolean NOT NULL,
    agencies     text[] NOT NULL,
    certificates text[] NOT NULL
);
COMMENT ON TABLE registry_change IS
    'What led to a version of the registry. A version without its line here was not made by this '
    'program: everything is then read anew. Endpoints and groups are few and always read whole.';
COMMENT ON COLUMN registry_change.whole IS 'It touched too much to be listed.';

-- What still waits in an inbox, to be found when its receiver is served elsewhere.
CREATE INDEX delivery_movable ON delivery (receiver, endpoint)
    WHERE reached = 'consigned' AND state IN ('consigned', 'expired');
