"""Messages that must pass: what producers of the field send, down to their oddities."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from axis.edxml.base64text import encode
from axis.edxml.build import File
from axis.edxml.codes import DocumentKind, Priority, ReceiverType, StatusCode
from axis.edxml.files import extension_of, wrap
from axis.edxml.values import DocumentUpdate, ReceiverChange
from tests.support.changing import replace
from tests.support.office_files import (
    GIF,
    JPEG,
    PNG,
    doc,
    docx,
    make_zip,
    opendocument,
    ppt,
    pptx,
    xls,
    xlsx,
)
from tests.support.pdfs import sign_pdf
from tests.vectors.recipes.messages import field, following, letter, report, xml
from tests.vectors.recipes.pdfs import PDF
from tests.vectors.recipes.vector import Person, Sending, Trust, Vector
from tests.vectors.recipes.workshop import CROWD, GROUP, STRANGER, Workshop

SAMPLES: Final = Path(__file__).parents[1] / "edxml"
_FIRST: Final = letter()
_PLAIN: Final = xml(_FIRST)
_REAL: Final[dict[str, Callable[[], bytes]]] = {"pdf": lambda: PDF, "docx": lambda: docx("Phụ lục")}
_ATTACHMENT: Final = re.compile(
    rb"<Attachment>.*?<AttachmentName>([^<]+)</AttachmentName>.*?</Attachment>", re.DOTALL
)
_ENCODED: Final = re.compile(rb"(<(?:edXML:)?ContentTransferEncoded[^>]*>)([^<]*)(<)")


def good_vectors() -> Iterator[Vector]:
    """Yield every message that must pass."""
    yield from _samples()
    yield from _spellings()
    yield from _headers()
    yield from _attachments()
    yield from _rights()
    yield from _answers()
    yield from _groups()


def sample(name: str) -> bytes:
    """Return a sample of the field, its stand-in files exchanged for real ones."""
    return _ATTACHMENT.sub(_with_a_real_file, (SAMPLES / f"{name}.edxml").read_bytes())


def _samples() -> Iterator[Vector]:
    first = Sending(body=sample("new_single_pdf"))
    wide = Sending(body=sample("new_single_pdf").replace(*_also_to("H26")))
    yield Vector(name="sample-new-single-pdf", sending=first)
    yield Vector(
        name="sample-dotnet-dialect",
        sending=Sending(body=sample("dotnet_dialect_new"), seal="H37.02", endpoint="lgsp-h37"),
    )
    yield Vector(
        name="sample-express-to-four-levels",
        sending=Sending(
            body=sample("new_multi_to_4level_hoatoc_5att"), routing_key="document.urgent"
        ),
        expected=("A-RECEIVER-DOUBLED",),
    )
    for name in ("recall_no_attachment", "update_add_remove_receiver"):
        yield Vector(
            name=f"sample-{name.replace('_', '-')}",
            sending=Sending(body=sample(name)),
            before=(wide,),
        )
    yield Vector(
        name="sample-replacement",
        sending=Sending(body=sample("replace_thuongkhan")),
        before=(wide,),
    )
    yield Vector(
        name="sample-reply",
        sending=Sending(body=sample("reply_two_responsefor_khan"), seal="G09", endpoint="g09"),
    )
    take_back = Sending(body=sample("status_13"), routing_key="status")
    for code in ("01", "02", "03", "04", "05", "06", "15", "16"):
        asked = (take_back,) if code in ("15", "16") else ()
        yield Vector(
            name=f"sample-status-{code}",
            sending=_status(sample(f"status_{code}")),
            before=(first, *asked),
        )
    yield Vector(name="sample-status-13", sending=take_back, before=(first,))


def _spellings() -> Iterator[Vector]:
    for name, body in (
        ("java-dialect", _PLAIN),
        ("byte-order-mark", b"\xef\xbb\xbf" + _PLAIN),
        ("line-feeds-only", _PLAIN.replace(b"\r\n", b"\n")),
        ("no-line-ends", re.sub(rb"\r\n\s*", b"", _PLAIN)),
        ("no-declaration", _PLAIN.partition(b"\r\n")[2]),
        ("one-default-namespace", _PLAIN.replace(b"edXML:", b"").replace(b"xmlns:edXML", b"xmlns")),
        ("other-prefix", _PLAIN.replace(b"edXML:", b"ns0:").replace(b"xmlns:edXML", b"xmlns:ns0")),
        ("comments", xml(_FIRST, ("<edXML:To>", "<!-- x --><edXML:To>"))),
        (
            "character-data-section",
            xml(_FIRST, (_FIRST.subject, f"<![CDATA[{_FIRST.subject} <&>]]>")),
        ),
        ("character-references", xml(_FIRST, ("V/v", "V&#x1ea1;&#7841;&amp;"))),
        ("decomposed-subject", xml(_FIRST, (_FIRST.subject, _decomposed("V/v thử nghiệm")))),
        ("spaces-around-texts", xml(_FIRST, (">G22<", ">\n  G22\t<"))),
        ("unused-namespace", xml(_FIRST, ("<edXML:To>", '<edXML:To xmlns:q="urn:q">'))),
    ):
        yield Vector(name=name, sending=Sending(body=body))


def _headers() -> Iterator[Vector]:
    end = "</edXML:edXMLHeader>"
    business = re.sub(rb"\s*<edXML:Bussiness>.*</edXML:Bussiness>", b"", _PLAIN, flags=re.DOTALL)
    trace = re.sub(
        rb"\s*<edXML:TraceHeaderList>.*</edXML:TraceHeaderList>", b"", _PLAIN, flags=re.DOTALL
    )
    empty = "".join(
        f"<edXML:{name}/>" for name in ("DueDate", "SteeringType", "ToPlaces", "SignerInfo")
    )
    for name, body in (
        ("no-bussiness", business),
        ("no-trace", trace),
        ("empty-elements", xml(_FIRST, ("<edXML:OtherInfo>", empty + "<edXML:OtherInfo>"))),
        ("empty-signature-placeholder", xml(_FIRST, (end, "<edXML:Signature/>" + end))),
        ("empty-digital-signature", xml(_FIRST, (end, "<edXML:DigitalSignature/>" + end))),
        (
            "both-placeholders",
            xml(_FIRST, (end, "<edXML:Signature/><edXML:DigitalSignature/>" + end)),
        ),
        ("sender-by-old-code", xml(_FIRST, (">G22<", ">000.00.00.G22<"))),
        ("receiver-by-old-code", xml(_FIRST, (">G09<", ">000.00.00.G09<"))),
        ("receiver-behind-a-platform", xml(letter(to=["H37.02", "H37.101"]))),
        ("broadcast", xml(letter(to=CROWD))),
        ("group", xml(letter(to=["G09", GROUP]))),
        ("to-itself-too", xml(letter(to=["G22", "G09"]))),
        (
            "legal-document",
            xml(letter(number="28/2018", notation="QĐ-TTg", type_name="Quyết định")),
        ),
        (
            "type-without-an-abbreviation",
            xml(letter(notation="ABC", type_name="Thông cáo báo chí")),
        ),
        ("due-today", xml(_FIRST, ("<edXML:OtherInfo>", _due("2026/03/02")))),
        ("subject-about-secrecy", xml(letter(subject="V/v bảo mật hệ thống, mật khẩu và độ mật"))),
        ("odd-document-id", xml(_FIRST, (_FIRST.document_id, "6d0f1c5e-VPCP 101/2026"))),
    ):
        yield Vector(name=name, sending=Sending(body=body))
    for priority in Priority:
        body = xml(letter(priority=priority))
        key = "document.urgent" if priority.urgent else "document"
        yield Vector(name=f"priority-{priority.value}", sending=Sending(body=body, routing_key=key))
    yield Vector(
        name="signed-with-rsa",
        sending=Sending(body=xml(letter("H37.02")), seal="H37.02", endpoint="lgsp-h37"),
    )
    yield Vector(name="signed-and-not-revoked", sending=Sending(body=_PLAIN), trust=Trust.LISTS)


def _attachments() -> Iterator[Vector]:
    for name, files in (
        ("pdf", [File("a.pdf", PDF)]),
        ("word", [File("a.docx", docx("Văn bản"))]),
        ("excel", [File("a.xlsx", xlsx())]),
        ("powerpoint", [File("a.pptx", pptx())]),
        ("office-97", [File("a.doc", doc()), File("a.xls", xls()), File("a.ppt", ppt())]),
        ("opendocument", [File("a.odt", opendocument("text", "Văn bản"))]),
        ("pictures", [File("a.png", PNG), File("a.jpg", JPEG), File("a.gif", GIF)]),
        ("text", [File("a.txt", "Xin chào\r\n".encode())]),
        ("xml", [File("a.xml", b"<x/>")]),
        ("archive", [File("a.zip", make_zip(("b.pdf", PDF), ("c/d.txt", b"x")))]),
        ("several", [File("a.pdf", PDF), File("b.pdf", PDF), File("Phụ lục.docx", docx("x"))]),
        ("vietnamese-name", [File("Quyết định số 1 (bản cuối).pdf", PDF)]),
    ):
        for wrapped in (True, False):
            body = xml(letter(files=files, wrapped=wrapped))
            yield Vector(
                name=f"file-{name}-{'wrapped' if wrapped else 'plain'}",
                sending=Sending(body=body),
            )
    yield Vector(name="file-pdf-signed-by-person-then-agency", sending=_signed_twice)
    attachment = _PLAIN.partition(b"<AttachmentEncoded>")
    for name, ours, theirs in (
        ("doubled", b"cid:cid:", b"cid:"),
        ("missing", b"", b""),
        ("on-one-side", b"cid:", b""),
        ("in-capitals", b"CID:", b"cid:"),
    ):
        body = attachment[0].replace(b"cid:", ours) + attachment[1]
        body += attachment[2].replace(b"cid:", theirs)
        yield Vector(name=f"cid-{name}", sending=Sending(body=body))
    broken = _ENCODED.sub(lambda found: found[1] + _in_lines(found[2]) + found[3], _PLAIN)
    yield Vector(name="base64-in-lines", sending=Sending(body=broken))


def _rights() -> Iterator[Vector]:
    yield Vector(
        name="signed-by-a-person-on-an-act",
        sending=Sending(body=xml(letter(subject="V/v người được giao ký")), seal=Person("G22")),
    )
    yield Vector(
        name="signed-on-behalf-by-the-agency-above",
        sending=Sending(body=xml(letter("H37.101")), seal="H37", endpoint="lgsp-h37"),
    )


def _answers() -> Iterator[Vector]:
    first = Sending(body=_PLAIN)
    for kind in (DocumentKind.RECALL, DocumentKind.UPDATE, DocumentKind.REPLACE):
        yield Vector(
            name=f"kind-{kind.label}",
            sending=Sending(body=xml(following(kind, _FIRST))),
            before=(first,),
        )
    yield Vector(
        name="status-by-old-codes",
        sending=_status(
            xml(
                report(StatusCode.ARRIVED, "G09", _FIRST),
                (">G09<", ">000.00.00.G09<"),
                (">G22<", ">000.00.00.G22<"),
            )
        ),
        before=(first,),
    )


def _signed_twice(workshop: Workshop) -> Sending:
    by_person = sign_pdf(PDF, workshop.key(STRANGER), "Person")
    by_both = sign_pdf(by_person, workshop.key("G22"), "Agency")
    return Sending(body=xml(letter(files=[File("a.pdf", by_both)])))


def _with_a_real_file(found: re.Match[bytes]) -> bytes:
    name = found[1].decode()
    make = _REAL.get(extension_of(name))
    if make is None:
        return found[0]
    encoded = encode(wrap(make(), name, "x")).encode()
    return _ENCODED.sub(lambda inner: inner[1] + encoded + inner[3], found[0])


def _also_to(receiver: str) -> tuple[bytes, bytes]:
    end = b"</edXML:To>"
    return end, end + field("To", field("OrganId", receiver)).encode()


def _due(day: str) -> str:
    return field("DueDate", day) + "<edXML:OtherInfo>"


def _status(body: bytes) -> Sending:
    return Sending(body=body, seal="G09", endpoint="g09", routing_key="status")


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _in_lines(encoded: bytes) -> bytes:
    return b"\r\n".join(encoded[start : start + 76] for start in range(0, len(encoded), 76))


def _groups() -> Iterator[Vector]:
    """Updates and a replacement that name a group in their own lists."""
    everybody = letter(to=["G09", GROUP])
    for type_, first in ((ReceiverType.ADDED, _FIRST), (ReceiverType.DROPPED, everybody)):
        changed = DocumentUpdate(
            document_receiver=1, receivers=(ReceiverChange(organ_id=GROUP, type=type_),)
        )
        message = following(DocumentKind.UPDATE, first, updates=[changed])
        yield Vector(
            name=f"update-group-{type_.name.lower()}",
            sending=Sending(body=xml(message)),
            before=(Sending(body=xml(first)),),
        )
    replaced = following(DocumentKind.REPLACE, everybody)
    (old,) = replaced.business.replacements if replaced.business else ()
    business = replace(replaced.business, replacements=(replace(old, organ_ids=(GROUP,)),))
    message = replace(replaced, trace=replace(replaced.trace, business=business))
    yield Vector(
        name="replacement-for-a-group",
        sending=Sending(body=xml(message)),
        before=(Sending(body=xml(everybody)),),
    )
