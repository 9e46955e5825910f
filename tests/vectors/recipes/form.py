"""Vectors of the format check (thể thức): codes ``F-…``."""

import unicodedata
from collections.abc import Iterator
from typing import Final

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.limits import MAX_DEPTH, MAX_FIELD_CHARS, MAX_MARKUP, MAX_NAMESPACES, MAX_REPEATS
from axis.edxml.values import DocumentUpdate
from axis.edxml.xml import NAMESPACE
from tests.support.changing import replace
from tests.support.deadly import RAISES, DeadlyLimit, document_of
from tests.vectors.recipes.messages import field, following, letter, report, xml
from tests.vectors.recipes.vector import Sending, Vector, Way

_FIRST: Final = letter()
_SENT: Final = Sending(body=xml(_FIRST))
_PLAIN: Final = xml(_FIRST)
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_NEVER_SIGNED: Final = (
    ("empty", b""),
    ("pdf", b"%PDF-1.7\n"),
    ("text-before", b"\n" + _PLAIN),
    ("cut-off", _PLAIN[: len(_PLAIN) // 2]),
    ("second-root", _PLAIN + b"<edXML/>"),
    ("tags-crossed", xml(_FIRST, ("</edXML:From>", "</edXML:To>"))),
    ("utf-16", _PLAIN.decode().replace("UTF-8", "UTF-16").encode("utf-16")),
    ("declared-utf-16", xml(_FIRST, ('encoding="UTF-8"', 'encoding="UTF-16"'))),
    ("declared-windows-1258", xml(_FIRST, ('encoding="UTF-8"', 'encoding="windows-1258"'))),
    ("latin-1-bytes", xml(_FIRST, ("Hà Nội", "Hà Nội".encode("latin-1", "ignore")))),
    ("nul", xml(_FIRST, ("V/v", b"V\0v"))),
    ("control-character", xml(_FIRST, ("V/v", "V\x07v"))),
    ("control-reference", xml(_FIRST, ("V/v", "V&#7;v"))),
    ("half-a-character", xml(_FIRST, ("V/v", b"V\xed\xa0\x80v"))),
    ("ampersand", xml(_FIRST, ("V/v", "A & B"))),
    ("entity-of-html", xml(_FIRST, ("V/v", "A&nbsp;B"))),
    (
        "prefix-unbound",
        xml(_FIRST, ("<edXML:Subject>", "<q:Subject>"), ("</edXML:Subject>", "</q:Subject>")),
    ),
    ("attribute-twice", xml(_FIRST, ('version="1.0">', 'version="1.0" version="1.0">'))),
    ("element-name-endless", b"<" + b"x" * 60_000 + b"/>"),
)
_DTDS: Final = (
    ("doctype", "<!DOCTYPE edXML>"),
    ("external-entity", '<!DOCTYPE edXML [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
    ("parameter-entity", '<!DOCTYPE edXML [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x">%x;]>'),
    (
        "billion-laughs",
        "<!DOCTYPE edXML ["
        + '<!ENTITY a0 "ha">'
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
        + "]>",
    ),
    ("quadratic-blow-up", f'<!DOCTYPE edXML [<!ENTITY a "{"a" * 20_000}">]>'),
)


def format_vectors() -> Iterator[Vector]:
    """Yield at least one vector a reason, in the catalogue's order."""
    yield Vector(
        name="F-TOO-LARGE",
        sending=_SENT,
        expected=("F-TOO-LARGE",),
        max_bytes=len(_PLAIN) - 1,
    )
    for variant, body in _NEVER_SIGNED:
        yield _unsigned("F-NOT-XML", variant, body)
    for variant, doctype in _DTDS:
        use = "&a9;" if "a9" in doctype else "&a;" * 100 if "ENTITY a " in doctype else "V/v"
        yield _unsigned(
            "F-DTD", variant, xml(_FIRST, (_DECLARATION, _DECLARATION + doctype), ("V/v", use))
        )
    yield _unsigned("F-WRONG-ROOT", "html", b"<html><body/></html>")
    yield _unsigned(
        "F-WRONG-ROOT",
        "soap",
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
    )
    yield _unsigned("F-WRONG-ROOT", "no-namespace", b"<edXML/>")
    yield _unsigned(
        "F-WRONG-ROOT", "other-namespace", xml(_FIRST, (f'xmlns="{NAMESPACE}"', 'xmlns="urn:x"'))
    )
    yield from _schema()
    yield from _fields()
    yield from _too_complex()
    long = "x" * (MAX_FIELD_CHARS + 1)
    yield _signed(
        "F-FIELD-TOO-LONG",
        "address",
        xml(_FIRST, ("</edXML:From>", field("OrganAdd", long) + "</edXML:From>")),
    )
    yield Vector(
        name="F-WRONG-ROUTE-document-as-status",
        sending=replace(_SENT, routing_key="status"),
        expected=("F-WRONG-ROUTE",),
    )
    yield Vector(
        name="F-WRONG-ROUTE-status-as-document",
        sending=Sending(body=_report(), seal="G09", endpoint="g09"),
        before=(_SENT,),
        expected=("F-WRONG-ROUTE",),
    )
    yield Vector(
        name="F-UNCHECKABLE",
        sending=Sending(body=document_of(RAISES), seal=None),
        way=Way.WORKER,
        max_bytes=DeadlyLimit(2_000),
        expected=("F-UNCHECKABLE",),
    )
    yield from _kinds()
    yield from _letters()
    yield from _warnings()


def _schema() -> Iterator[Vector]:
    header_end = "</edXML:MessageHeader>"
    for variant, old, new in (
        ("unknown-element", header_end, field("Unknown", "x") + header_end),
        ("foreign-element", header_end, '<x xmlns="urn:x"/>' + header_end),
        ("element-misplaced", header_end, "<edXML:edXMLManifest/>" + header_end),
        ("subject-twice", "<edXML:Subject>", "<edXML:Subject>x</edXML:Subject><edXML:Subject>"),
        ("sender-twice", "</edXML:From>", "</edXML:From><edXML:From/>"),
        ("text-between", "<edXML:From>", "text<edXML:From>"),
        ("unknown-attribute", "<edXML:From>", '<edXML:From x="1">'),
        ("namespace-taken-off", "<edXML:Subject>", '<Subject xmlns="">x</Subject><edXML:Subject>'),
        ("status-code-in-a-document", header_end, field("StatusCode", "01") + header_end),
    ):
        yield _signed("F-SCHEMA", variant, xml(_FIRST, (old, new)))
    for name, split in (
        ("comment-in-a-value", "G2<!-- -->2"),
        ("comment-before-a-value", "<!--G09-->G22"),
        ("character-data-in-a-value", "G2<![CDATA[2]]>"),
    ):
        yield _unsigned("F-SCHEMA", name, xml(_FIRST, (">G22<", f">{split}<")))
    yield _unsigned(
        "F-SCHEMA", "instruction-inside", xml(_FIRST, ("<edXML:From>", "<?php x?><edXML:From>"))
    )
    yield _signed(
        "F-SCHEMA",
        "second-header",
        xml(_FIRST, ("<edXML:edXMLBody>", "<edXML:edXMLHeader/><edXML:edXMLBody>")),
        "S-UNSIGNED",
    )


def _fields() -> Iterator[Vector]:
    for name, value in (
        ("DocumentId", _FIRST.document_id),
        ("CodeNumber", "101"),
        ("CodeNotation", "VPCP-TTĐT"),
        ("PromulgationDate", "2026/03/02"),
        ("TypeName", "Công văn"),
        ("Subject", _FIRST.subject),
    ):
        yield _signed("F-MISSING-FIELD", name.lower(), xml(_FIRST, (field(name, value), "")))
    yield _signed("F-MISSING-FIELD", "empty-subject", xml(_FIRST, (_FIRST.subject, " \t ")))
    yield _signed(
        "F-MISSING-FIELD",
        "sender",
        xml(_FIRST, (field("OrganId", "G22"), "")),
        "A-SENDER-UNKNOWN",
    )
    for variant, old, new in (
        ("day-that-does-not-exist", "2026/03/02<", "2026/02/29<"),
        ("day-in-iso", "2026/03/02<", "2026-03-02<"),
        ("day-in-full-width", "2026/03/02<", "２０２６/03/02<"),
        ("priority", field("Priority", "0"), field("Priority", "9")),
        ("kind", field("BussinessDocType", "0"), field("BussinessDocType", "4")),
        ("number-in-words", field("Type", "1"), field("Type", "một")),
        ("time", "2026/03/02 07:30:00", "2026/03/02 24:30:00"),
        ("receiver", field("OrganId", "G09"), field("OrganId", "G09; H37")),
        ("document-id-endless", _FIRST.document_id, "x" * 256),
    ):
        more = ("A-RECEIVER-UNKNOWN",) if variant == "receiver" else ()
        yield _signed("F-BAD-VALUE", variant, xml(_FIRST, (old, new)), *more)
    yield Vector(
        name="F-BAD-VALUE-status-code",
        sending=Sending(
            body=_report((field("StatusCode", "01"), field("StatusCode", "07"))),
            seal="G09",
            endpoint="g09",
            routing_key="status",
        ),
        before=(_SENT,),
        expected=("F-BAD-VALUE",),
    )


def _too_complex() -> Iterator[Vector]:
    declarations = "".join(f' xmlns:n{number}="urn:{number}"' for number in range(MAX_NAMESPACES))
    attributes = "".join(f' a{number}="1"' for number in range(100))
    for variant, old, new in (
        ("tags", "<edXML:From>", "<x/>" * MAX_MARKUP + "<edXML:From>"),
        ("depth", "<edXML:From>", "<x>" * MAX_DEPTH + "</x>" * MAX_DEPTH + "<edXML:From>"),
        ("namespaces", "<edXML:From>", f"<edXML:From{declarations}>"),
        ("attributes", "<edXML:From>", f"<edXML:From{attributes}>"),
    ):
        yield _unsigned("F-TOO-COMPLEX", variant, xml(_FIRST, (old, new)))
    places = "".join(field("Place", "x") for _ in range(MAX_REPEATS + 1))
    yield _signed(
        "F-TOO-COMPLEX",
        "places",
        xml(_FIRST, ("<edXML:OtherInfo>", field("ToPlaces", places) + "<edXML:OtherInfo>")),
    )


def _kinds() -> Iterator[Vector]:
    update = following(DocumentKind.UPDATE, _FIRST)
    assert update.business is not None
    idle = replace(update.business, updates=(DocumentUpdate(document_info=0),))
    for variant, business in (
        ("nothing", replace(update.business, updates=())),
        ("both-0", idle),
    ):
        message = replace(update, trace=replace(update.trace, business=business))
        yield _signed("F-UPDATES-NOTHING", variant, xml(message), before=(_SENT,))
    replacement = following(DocumentKind.REPLACE, _FIRST)
    assert replacement.business is not None
    empty = replace(replacement.business, replacements=())
    message = replace(replacement, trace=replace(replacement.trace, business=empty))
    yield _signed("F-REPLACES-NOTHING", "no-list", xml(message), before=(_SENT,))


def _letters() -> Iterator[Vector]:
    cyrillic, zero_width = "\u041d37", "H\u200b37"
    yield _signed(
        "F-CONFUSABLE",
        "cyrillic-receiver",
        xml(_FIRST, (field("OrganId", "G09"), field("OrganId", cyrillic))),
        "A-RECEIVER-UNKNOWN",
    )
    yield _signed("F-CONFUSABLE", "greek-notation", xml(_FIRST, (">VPCP-TTĐT<", ">\u03a1CP-TTĐT<")))
    yield _signed(
        "F-INVISIBLE",
        "zero-width-receiver",
        xml(_FIRST, (field("OrganId", "G09"), field("OrganId", zero_width))),
        "A-RECEIVER-UNKNOWN",
    )
    yield _signed(
        "F-INVISIBLE", "direction-override", xml(_FIRST, (">VPCP-TTĐT<", ">VPCP-\u202eTTĐT<"))
    )


def _warnings() -> Iterator[Vector]:
    yield _signed("F-FIELD-LONG", "subject", xml(_FIRST, (_FIRST.subject, "x" * 501)))
    for variant, old, new in (
        (
            "decomposed-notation",
            ">VPCP-TTĐT<",
            ">VPCP-" + unicodedata.normalize("NFD", "TTẾ") + "<",
        ),
        ("dash-of-a-word-processor", ">VPCP-TTĐT<", ">VPCP\u2013TTĐT<"),
        ("no-break-space", field("OrganId", "G09"), field("OrganId", "G09\u00a0")),
    ):
        yield _signed("F-NORMALISED", variant, xml(_FIRST, (old, new)))
    for variant, old, new in (
        ("decision-without-qd", ">Công văn<", ">Quyết định<"),
        ("letter-with-qd", ">VPCP-TTĐT<", ">QĐ-VPCP<"),
        ("number-with-words", ">101<", ">so 101<"),
    ):
        yield _signed("F-NUMBER-NOTATION", variant, xml(_FIRST, (old, new)))
    yield _signed(
        "F-DUE-BEFORE-ISSUE",
        "a-day",
        xml(_FIRST, ("<edXML:OtherInfo>", field("DueDate", "2026/03/01") + "<edXML:OtherInfo>")),
    )
    recall = following(DocumentKind.RECALL, _FIRST, reason="")
    yield _signed("F-NO-EXPLANATION", "recall", xml(recall), before=(_SENT,))
    yield Vector(
        name="F-NO-EXPLANATION-refusal",
        sending=Sending(
            body=xml(replace(report(StatusCode.REFUSED, "G09", _FIRST), description="")),
            seal="G09",
            endpoint="g09",
            routing_key="status",
        ),
        before=(_SENT,),
        expected=("F-NO-EXPLANATION",),
    )


def _report(*swaps: tuple[str, str]) -> bytes:
    return xml(report(StatusCode.ARRIVED, "G09", _FIRST), *swaps)


def _signed(
    code: str, variant: str, body: bytes, *more: str, before: tuple[Sending, ...] = ()
) -> Vector:
    return Vector(
        name=f"{code}-{variant}",
        sending=Sending(body=body),
        expected=(code, *more),
        before=before,
    )


def _unsigned(code: str, variant: str, body: bytes) -> Vector:
    """A message that no signature can be made over; the parse ends at it."""
    return Vector(name=f"{code}-{variant}", sending=Sending(body=body, seal=None), expected=(code,))
