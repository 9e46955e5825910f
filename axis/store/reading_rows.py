"""How rows of PostgreSQL become what people see."""

from collections import Counter
from collections.abc import Sequence

from asyncpg import Record

from axis.edxml.codes import DocumentKind, Priority, StatusCode
from axis.evidence.events import Event
from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.next_step import RECEIVING, Owner, owner_of
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.document import (
    DeliveryLine,
    DocumentView,
    LaterVersion,
    TimelineEntry,
)
from axis.exchange.views.documents import DocumentLine, OpenSteps
from axis.exchange.views.links import LinkedDocument, Relation
from axis.exchange.views.scope import Direction
from axis.exchange.views.submissions import HeldLine


def document_line(row: Record, wanted: Direction | None = None) -> DocumentLine:
    """Return one line of a list; what was asked for as incoming is shown as incoming."""
    sent = Direction.OUT if row["sent"] else Direction.IN
    return DocumentLine(
        id=row["id"],
        document_id=row["document_id"],
        number=row["number"],
        notation=row["notation"],
        subject=row["subject"],
        type_name=row["type_name"],
        kind=DocumentKind(row["kind"]),
        priority=Priority(row["priority"]),
        sender=row["sender"],
        sender_name=row["sender_name"],
        promulgated=row["promulgated"],
        accepted_at=row["accepted_at"],
        direction=wanted or sent,
        receivers=row["receivers"],
        first_receivers=tuple(row["first_receivers"]),
        groups=tuple(row["groups"]),
        late=row["late"],
        followed_by=tuple(DocumentKind(kind) for kind in row["followed_by"]),
        answered=row["answered"],
        states={DeliveryState(state): count for state, count in row["states"].items()},
    )


def document_view(
    line: Record,
    deliveries: Sequence[Record],
    groups: Sequence[Record],
    events: Sequence[Record],
    statuses: Sequence[Record],
    linked: Sequence[Record],
) -> DocumentView:
    """Return one document with all that belongs to it."""
    entries = [(row["at"], row["id"], _event(row)) for row in events]
    entries += [(row["accepted_at"], row["id"], _status(row)) for row in statuses]
    # Ids sort by the time they were made, which orders what one batch decided at one moment.
    entries.sort(key=lambda entry: entry[:2])
    related = sorted((_linked(row) for row in linked), key=lambda one: one.id)
    return DocumentView(
        line=document_line(line),
        due=line["due"],
        reason=line["reason"],
        sha256=line["sha256"],
        size=line["size"],
        endpoint=line["endpoint"],
        certificate_subject=line["certificate_subject"],
        warnings=tuple(line["verdict"].get("findings", ())),
        deliveries=tuple(_delivery(row) for row in deliveries),
        groups={row["code"]: row["name"] for row in groups},
        timeline=tuple(entry for _, _, entry in entries),
        targets=tuple(one for one in related if one.relation.forward),
        acted_on_by=tuple(one for one in related if not one.relation.forward),
    )


def open_steps(counted: Sequence[Record], limit: int) -> OpenSteps:
    """Return whose turn it is, of deliveries counted by what their next step follows from."""
    owners: Counter[Owner] = Counter()
    own: Counter[Owner] = Counter()
    for row in counted:
        owner = owner_of(row["step"])
        owners[owner] += row["n"]
        if row["received"] if owner in RECEIVING else row["sent"] and owner is Owner.SENDER:
            own[owner] += row["n"]
    looked_at = owners.total()
    del owners[Owner.NOBODY]
    return OpenSteps(
        owners=owners,
        own=own,
        late=sum(row["n"] for row in counted if row["late"]),
        bounded=looked_at >= limit,
    )


def held_line(row: Record) -> HeldLine:
    """Return a submission that waits."""
    values = dict(row)
    values["message_id"] = values.pop("message_key").removeprefix("id:")
    return HeldLine(
        **{
            **values,
            "reasons": tuple(values["reasons"]),
            "awaits": tuple(values["awaits"] or ()),
        }
    )


def _delivery(row: Record) -> DeliveryLine:
    values = dict(row)
    later = [values.pop(name) for name in ("later", "later_number", "later_notation")]
    return DeliveryLine(
        **{
            **values,
            "named": tuple(row["named"]),
            "state": DeliveryState(row["state"]),
            "reached": DeliveryState(row["reached"]),
            "late": tuple(map(DeadlineKind, row["late"])),
            "later": LaterVersion(*later) if row["later"] else None,
        }
    )


def _event(row: Record) -> TimelineEntry:
    return TimelineEntry(
        at=row["at"],
        event=Event(row["event"]),
        status=None,
        agency=None,
        agency_name=None,
        receivers=tuple(row["receivers"]),
        description="",
        receipt=row["id"] if row["readable"] else None,
    )


def _status(row: Record) -> TimelineEntry:
    return TimelineEntry(
        at=row["accepted_at"],
        event=Event(row["event"]) if row["event"] else None,
        status=StatusCode(row["code"]),
        agency=row["sender"],
        agency_name=row["sender_name"],
        receivers=(row["receiver"],),
        description=row["description"],
        receipt=row["receipt"],
        signed=row["id"],
    )


def _linked(row: Record) -> LinkedDocument:
    return LinkedDocument(
        id=row["id"],
        relation=Relation(row["relation"]),
        receivers=tuple(row["receivers"]),
        dropped=tuple(row["dropped"]),
        reason=row["reason"],
        kind=DocumentKind(row["kind"]),
        number=row["number"],
        notation=row["notation"],
        subject=row["subject"],
        accepted_at=row["accepted_at"],
    )
