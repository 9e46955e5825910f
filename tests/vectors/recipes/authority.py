"""Vectors of authentication and authority (xác thực, thẩm quyền): codes ``A-…``."""

from collections.abc import Iterator
from typing import Final

from axis.edxml.codes import DocumentKind, ReceiverType, StatusCode
from axis.edxml.limits import MAX_RECEIVERS
from axis.edxml.values import Document, DocumentUpdate, Organization, ReceiverChange
from axis.exchange.versions import MAX_VERSIONS
from tests.support.changing import replace
from tests.vectors.recipes.messages import following, letter, report, xml
from tests.vectors.recipes.vector import Person, Sending, Vector, Waiting, Way, reason_shown
from tests.vectors.recipes.workshop import (
    CARRIER,
    GROUP,
    GROUP_EMPTY,
    GROUP_PART,
    GROUP_VAST,
    MISTAKEN,
    OUT_OF_TERM,
    REVOKED,
    STATUSES_ONLY,
    STRANGER,
)

_FIRST: Final = letter()
_SENT: Final = Sending(body=xml(_FIRST))
_AT_G09: Final = Sending(body=b"", seal="G09", endpoint="g09", routing_key="status")
_AT_H37: Final = Sending(body=b"", seal="H37", endpoint="lgsp-h37")


def authority_vectors() -> Iterator[Vector]:
    """Yield at least one vector a reason, in the catalogue's order."""
    yield from _submitters()
    yield from _senders()
    yield from _seals()
    yield from _receivers()
    yield from _documents()
    yield from _lists()
    yield from _holders()
    yield from _statuses()
    yield Vector(
        name="A-NOT-CHECKED",
        sending=replace(_SENT, body=xml(following(DocumentKind.RECALL, _FIRST))),
        way=Way.CHECK,
        expected=("A-NOT-CHECKED",),
    )


def _submitters() -> Iterator[Vector]:
    for name, sending in (
        ("A-NO-USER-ID", replace(_SENT, endpoint=None)),
        ("A-UNKNOWN-ENDPOINT", replace(_SENT, endpoint="g99")),
        ("A-NO-MESSAGE-ID", replace(_SENT, message_id=None)),
        ("A-NO-MESSAGE-ID-with-spaces", replace(_SENT, message_id="1 2")),
    ):
        yield _vector(name, sending)
    yield _vector(
        "A-MESSAGE-ID-REUSED",
        replace(_SENT, body=xml(letter(number="102")), message_id="m-first"),
        before=(replace(_SENT, message_id="m-first"),),
    )


def _senders() -> Iterator[Vector]:
    for name, sender, sending in (
        ("A-SENDER-UNKNOWN", STRANGER, replace(_SENT, seal=STRANGER)),
        ("A-SENDER-CLOSED", "H37.90", _AT_H37),
        ("A-SENDER-NOT-YET-OPEN", "H37.99", _AT_H37),
        ("A-SENDER-NOT-AT-ENDPOINT", "G09", replace(_SENT, seal="G09")),
    ):
        yield _vector(name, replace(sending, body=xml(letter(sender, ["G22"]))))


def _seals() -> Iterator[Vector]:
    yield _vector("A-CERTIFICATE-NOT-ENROLLED", replace(_SENT, seal=STRANGER))
    yield _vector("A-CERTIFICATE-OF-OTHER-AGENCY", replace(_SENT, seal="G09"))
    yield _vector(
        "A-CERTIFICATE-OF-OTHER-AGENCY-superior",
        replace(_AT_H37, body=xml(letter("H37.02"))),
    )
    yield _vector("A-CARRIER-ONLY", replace(_SENT, seal=CARRIER))
    yield _vector(
        "A-CARRIER-ONLY-for-its-own-agency",
        replace(_SENT, body=xml(letter(CARRIER)), seal=CARRIER),
    )
    yield _vector(
        "A-CERTIFICATE-OF-OTHER-AGENCY-person",
        replace(_AT_H37, body=xml(letter("H37")), seal=Person("G22")),
    )
    yield _vector(
        "A-CERTIFICATE-OF-OTHER-ORGANISATION",
        replace(_SENT, body=xml(letter(MISTAKEN)), seal="G09"),
    )
    yield _vector(
        "A-MANDATE-OUTSIDE-HIERARCHY",
        replace(_AT_H37, body=xml(letter("H26.12"))),
    )
    yield _vector(
        "A-MANDATE-KIND", replace(_SENT, body=xml(letter(STATUSES_ONLY)), seal=STATUSES_ONLY)
    )
    yield _vector("A-CERTIFICATE-REVOKED", replace(_SENT, body=xml(letter(REVOKED)), seal=REVOKED))
    yield _vector(
        "A-CERTIFICATE-OUT-OF-TERM",
        replace(_SENT, body=xml(letter(OUT_OF_TERM)), seal=OUT_OF_TERM),
    )


def _receivers() -> Iterator[Vector]:
    yield _vector("A-NO-RECEIVER", replace(_SENT, body=xml(replace(_FIRST, to=()))))
    for name, codes in (
        ("A-RECEIVER-UNKNOWN", ["G09", "G98"]),
        ("A-RECEIVER-CLOSED", ["G09", "H37.90"]),
        ("A-RECEIVER-NOT-YET-OPEN", ["G09", "H37.99"]),
        ("A-RECEIVER-UNREACHABLE", ["G09", "K10"]),
        ("A-RECEIVER-DOUBLED", ["G09", "000.00.00.G09"]),
        ("A-RECEIVER-SUCCEEDED", ["G22", "G05"]),
        ("A-TOO-MANY-DELIVERIES", [GROUP_VAST]),
        ("A-GROUP-EMPTY", ["G09", GROUP_EMPTY]),
        ("A-GROUP-MEMBERS-UNREACHED", [GROUP_PART]),
    ):
        yield _vector(name, replace(_SENT, body=xml(letter(to=codes))))
    crowd = tuple(Organization(organ_id="G09") for _ in range(MAX_RECEIVERS + 1))
    yield _vector("A-TOO-MANY-RECEIVERS", replace(_SENT, body=xml(replace(_FIRST, to=crowd))))


def _documents() -> Iterator[Vector]:
    other = letter(subject="V/v nội dung khác")
    yield _vector("A-CONFLICT", replace(_SENT, body=xml(other)), before=(_SENT,))
    updates = [
        following(DocumentKind.UPDATE, _FIRST, subject=f"V/v cập nhật lần {number}")
        for number in range(1, MAX_VERSIONS + 2)
    ]
    *earlier, last = (replace(_SENT, body=xml(one)) for one in updates)
    yield _vector("A-TOO-MANY-VERSIONS", last, before=(_SENT, *earlier))
    recalled, update = (
        replace(_SENT, body=xml(following(kind, _FIRST)))
        for kind in (DocumentKind.RECALL, DocumentKind.UPDATE)
    )
    yield _vector("A-RECALLED", update, before=(_SENT, recalled))
    for kind in (DocumentKind.RECALL, DocumentKind.UPDATE, DocumentKind.REPLACE):
        name = kind.name.lower()
        unknown = following(kind, letter(number="100"))
        early = replace(_SENT, body=xml(unknown))
        yield _vector(f"A-TARGET-UNKNOWN-{name}", early, waiting=Waiting.TOO_LONG)
        yield _vector(f"A-DOCUMENT-AWAITED-{name}", early)
        others = replace(_SENT, body=xml(_by("G09", following(kind, _FIRST))), seal="G09")
        yield _vector(
            f"A-NOT-ORIGINAL-SENDER-{name}", replace(others, endpoint="g09"), before=(_SENT,)
        )
        elsewhere = following(kind, _FIRST, ["G09", "H37"])
        if kind is DocumentKind.REPLACE:
            elsewhere = _replacing_at("H37", elsewhere)
        yield _vector(
            f"A-NEVER-HAD-IT-{name}", replace(_SENT, body=xml(elsewhere)), before=(_SENT,)
        )


def _lists() -> Iterator[Vector]:
    """What updates and replacements name in their own lists, groups included."""
    added, dropped = ReceiverType.ADDED, ReceiverType.DROPPED
    for name, change, group in (
        ("A-GROUP-EMPTY-added", added, GROUP_EMPTY),
        ("A-GROUP-MEMBERS-UNREACHED-added", added, GROUP_PART),
        ("A-TOO-MANY-DELIVERIES-added", added, GROUP_VAST),
        ("A-TOO-MANY-DELIVERIES-dropped", dropped, GROUP_VAST),
        ("A-NEVER-HAD-IT-dropped-group", dropped, GROUP),
        ("A-NEVER-HAD-IT-group-that-is-none", dropped, "NHOM.LA"),
    ):
        changed = DocumentUpdate(
            document_receiver=1, receivers=(ReceiverChange(organ_id=group, type=change),)
        )
        message = following(DocumentKind.UPDATE, _FIRST, updates=[changed])
        yield _vector(name, replace(_SENT, body=xml(message)), before=(_SENT,))
    refused = report(StatusCode.REFUSED, "G09", _FIRST, description="Sai thể thức")
    again = DocumentUpdate(
        document_receiver=1, receivers=(ReceiverChange(organ_id="G09", type=added),)
    )
    yield _vector(
        "A-ADDED-AGAIN",
        replace(_SENT, body=xml(following(DocumentKind.UPDATE, _FIRST, updates=[again]))),
        before=(_SENT, replace(_AT_G09, body=xml(refused))),
    )
    replacing = _replacing_at(GROUP, following(DocumentKind.REPLACE, _FIRST))
    yield _vector(
        "A-NEVER-HAD-IT-replaced-for-a-group", replace(_SENT, body=xml(replacing)), before=(_SENT,)
    )
    vast = replace(
        _SENT, body=xml(_replacing_at(GROUP_VAST, following(DocumentKind.REPLACE, _FIRST)))
    )
    yield _vector("A-TOO-MANY-DELIVERIES-replaced", vast, before=(_SENT,))
    for kind in (DocumentKind.RECALL, DocumentKind.UPDATE):
        elsewhere = following(kind, _FIRST, ["G09", GROUP])
        yield _vector(
            f"A-NEVER-HAD-IT-{kind.name.lower()}-to-a-group",
            replace(_SENT, body=xml(elsewhere)),
            before=(_SENT,),
        )


def _holders() -> Iterator[Vector]:
    to_two = letter(to=["G09", "H37"])
    yield Vector(
        name="A-HOLDER-UNREACHED",
        sending=replace(_SENT, body=xml(following(DocumentKind.RECALL, to_two))),
        expected=("A-HOLDER-UNREACHED",),
        before=(replace(_SENT, body=xml(to_two)),),
        closed_since=("H37",),
    )


def _statuses() -> Iterator[Vector]:
    arrived, taken_back = StatusCode.ARRIVED, StatusCode.TAKE_BACK
    early = replace(_AT_G09, body=xml(report(arrived, "G09", _FIRST)))
    yield _vector("A-TARGET-UNKNOWN-status", early, waiting=Waiting.TOO_LONG)
    yield _vector("A-DOCUMENT-AWAITED-status", early)
    nobodys = report(arrived, "G09", _FIRST, to=STRANGER)
    yield _vector("A-TARGET-UNKNOWN-addressee", replace(_AT_G09, body=xml(nobodys)))
    yield _vector(
        "A-NOT-ORIGINAL-SENDER-take-back",
        replace(_AT_G09, body=xml(report(taken_back, "G09", _FIRST, to="G22"))),
        before=(_SENT,),
    )
    yield _vector(
        "A-NOT-A-RECEIVER",
        replace(_AT_H37, body=xml(report(arrived, "H37", _FIRST)), routing_key="status"),
        before=(_SENT,),
    )
    yield _vector(
        "A-STATUS-OUT-OF-ORDER",
        replace(_AT_G09, body=xml(report(StatusCode.AGREED, "G09", _FIRST))),
        before=(_SENT,),
    )


def _by(sender: str, document: Document) -> Document:
    return replace(document, from_=Organization(organ_id=sender))


def _replacing_at(receiver: str, document: Document) -> Document:
    """Name the receiver in the replacement's own list of those that have the old document."""
    assert document.business is not None
    (replaced,) = document.business.replacements
    lists = (replace(replaced, organ_ids=("G09", receiver)),)
    business = replace(document.business, replacements=lists)
    return replace(document, trace=replace(document.trace, business=business))


def _vector(
    name: str,
    sending: Sending,
    before: tuple[Sending, ...] = (),
    waiting: Waiting | None = None,
) -> Vector:
    """A vector that shows the one reason that its name begins with."""
    shown = reason_shown(name)
    assert shown is not None
    expected = (shown.code,)
    return Vector(name=name, sending=sending, expected=expected, before=before, waiting=waiting)
