-- Documents with something late are listed page by page, the newest first, however much is late.

CREATE INDEX delivery_late_document ON delivery (document DESC) WHERE late <> '{}';
