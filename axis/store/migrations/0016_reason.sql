-- Why a document was recalled, updated or replaced, for those who look at it; and for whom a later
-- version counts instead of it.

ALTER TABLE document ADD COLUMN reason text;
-- Held to what comes: no row that is there already has one, so none has to be looked through.
ALTER TABLE document
    ADD CONSTRAINT document_reason_check CHECK (length(reason) <= 10000) NOT VALID;
COMMENT ON COLUMN document.reason IS
    'BussinessDocReason: why this recall, update or replacement, in its sender''s words. NULL where '
    'it gives none, and for documents that came before this column.';

CREATE VIEW superseded AS
SELECT later.document, newer.receiver, later.by
FROM (
    SELECT target AS document, document AS by, receivers FROM document_link
    UNION ALL
    -- Updates name the first of all versions: what is tied to the same one later comes after this.
    SELECT own.document, beside.document, beside.receivers
    FROM document_link own
    JOIN document d ON d.id = own.document
    JOIN document t ON t.id = own.target
    JOIN document_link beside ON beside.target = own.target AND beside.document > own.document
    WHERE d.kind = 2 OR d.kind = 3 AND d.document_id = t.document_id
) AS later
JOIN document f ON f.id = later.by AND f.kind IN (2, 3)
JOIN delivery newer ON newer.document = later.by
WHERE (later.receivers = '{}' OR newer.receiver = ANY (later.receivers))
  AND newer.reached NOT IN ('accepted', 'dispatched')
  AND newer.state NOT IN ('refused', 'agreed', 'withdrawn', 'destroyed', 'undeliverable')
  AND NOT (f.kind = 2 AND newer.state = 'declined');
COMMENT ON VIEW superseded IS
    'Documents of which an update (kind 2) or a replacement (3) counts instead for a receiver: it '
    'holds for that one, has come into its inbox, and is neither refused nor given back.';
COMMENT ON COLUMN superseded.by IS 'The update or replacement.';

CREATE VIEW stepped AS
SELECT v.id, v.document, v.receiver, v.state, v.deadline, v.due, v.late,
       CASE WHEN v.state IN ('received', 'assigned', 'in_progress')
                 -- LIMIT, not EXISTS: the planner has one way to look at, not two.
                 AND (SELECT true FROM superseded s
                      WHERE s.document = v.document AND s.receiver = v.receiver LIMIT 1)
            THEN 'superseded' ELSE v.state END AS step
FROM delivery v;
COMMENT ON VIEW stepped IS
    'Deliveries by what their next step follows from: their state, or that the work is to be done '
    'by a later version (superseded).';
