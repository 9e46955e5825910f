"""Every bound on an edXML message, with its reason.

Real messages are 5 KB to 1.4 MB with a handful of receivers and attachments; each limit leaves
room above the largest that the field has shown, and none lets a message cost more than seconds.
"""

from typing import Final

MAX_DOCUMENT_BYTES: Final = 72 * 1024 * 1024
"""50 MiB of attachments, the most that integrators allow, is 70 MB of base64, 72 MB when its
lines are broken; the rest is the header. A default: callers pass their own. RabbitMQ carries
128 MiB by default in 3.x but 16 MiB in 4.x, where ``max_message_size`` must be raised."""

MAX_MARKUP: Final = 60_000
"""Most ``<`` in a message, thus 30,000 elements. A broadcast to 1,000 receivers has 18,000. A tag
of four bytes costs 120 in memory, so that 72 MB of tags would fill 2 GB."""

MAX_EQUALS: Final = 60_000
"""Most ``=`` in a message, thus attributes: each needs one. Real messages have under ten, one more
an attachment, and up to two that end each base64 text."""

MAX_NAMESPACES: Final = 24
"""Namespaces in scope at one element. Real messages have four; inclusive canonicalisation takes
time by the product of namespaces and elements: 2,000 of them cost minutes, measured."""

MAX_ATTRIBUTES: Final = 24
"""Attributes of one element. Real ones have up to four; canonicalisation sorts them slowly, which
begins to cost with hundreds."""

MAX_DEPTH: Final = 32
"""Levels of elements. edXML itself has 9, a signature with signed properties adds about 12."""

MAX_FINDINGS: Final = 100
"""Findings kept about one message: enough to repair it, small enough for a receipt."""

MAX_PLACE_CHARS: Final = 300
"""A place quotes names from hostile input; real ones have under 150 characters."""

MAX_RECEIVERS: Final = 1_000
"""Receivers of one document. The largest broadcast in the field goes to about 700 agencies."""

MAX_ATTACHMENTS: Final = 200
"""Files of one document; the most seen is a report with some dozens of appendixes."""

MAX_REPEATS: Final = 1_000
"""Any other repeated element: traces, places, appendixes, replaced documents."""

MAX_FIELD_CHARS: Final = 10_000
"""One text of the header: twenty times the longest that the standard's own lengths allow. Rows,
receipts and pages stay small."""

MAX_UNPACKED_BYTES: Final = 100 * 1024 * 1024
"""All files of one document together, unpacked from their archives. PDF and Office files hardly
shrink in one, so 50 MiB of archives never honestly hold more."""

MAX_DIRECTORY_BYTES: Final = 2 * 1024 * 1024
"""Lists of entries of all ZIP archives of one document, office files included. A presentation of a
thousand parts has 100 KB; the limit is 45,000 entries, which take half a second to read."""

MAX_ARCHIVE_ENTRIES: Final = 500
"""Files taken out of all archives of one document. Each is looked through like an attachment,
of which there may be 200."""

MIN_YEAR: Final = 1945
"""The State's first official documents; also keeps times away from the calendar's edges, where
a shift to UTC fails."""

MAX_YEAR: Final = 2999
"""Later years are typing errors."""
