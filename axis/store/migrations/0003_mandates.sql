-- An enrolment becomes a mandate: in which capacity, for which kinds, on whose act a certificate
-- signs for an agency. One certificate may have several for one agency, so each gets an id.

-- What was enrolled until now is a seal for everything. Constant defaults rewrite no rows.
ALTER TABLE enrolment
    ADD COLUMN id uuid,
    ADD COLUMN capacity text NOT NULL DEFAULT 'seal'
        CHECK (capacity IN ('seal', 'person', 'parent', 'carrier')),
    ADD COLUMN kinds text[] NOT NULL DEFAULT '{new,recall,update,replace,status}'
        CHECK (cardinality(kinds) > 0
               AND kinds <@ '{new,recall,update,replace,status}'::text[]),
    ADD COLUMN act text NOT NULL DEFAULT '' CHECK (length(act) <= 200),
    ADD CHECK (act <> '' OR capacity NOT IN ('person', 'parent'));

-- UUIDv7 (RFC 9562) as the program makes them: milliseconds, version, random bits.
UPDATE enrolment SET id = encode(
    set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid())
                PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint)
                                  FROM 3)
                FROM 1 FOR 6),
        52, 1), 53, 1),
    'hex')::uuid;

ALTER TABLE enrolment DROP CONSTRAINT enrolment_pkey;
ALTER TABLE enrolment ADD PRIMARY KEY (id);
ALTER TABLE enrolment
    ADD CONSTRAINT enrolment_mandate UNIQUE (fingerprint, agency, capacity, act);
COMMENT ON TABLE enrolment IS
    'Mandates: which certificate signs for which agency, in which capacity, when, what, on whose '
    'act; a carrier''s signs for nobody.';
