"""Vectors of the digital signature check (ký số): codes ``S-…``."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

from axis.evidence.events import Event
from axis.evidence.receipt import Receipt, Subject, SubjectKind
from axis.evidence.xml import write_receipt
from axis.local.pki_config import Flaw
from tests.vectors.recipes.messages import field, letter, xml
from tests.vectors.recipes.vector import Sending, Trust, Vector, Way
from tests.vectors.recipes.workshop import REVOKED_BY_ISSUER

_BODY: Final = xml(letter())
_DS: Final = "http://www.w3.org/2000/09/xmldsig#"
_SIGNATURE: Final = re.compile(rb"<ds:Signature .*?</ds:Signature>", re.DOTALL)
_FLAWS: Final = (
    ("S-EXPIRED", Flaw.EXPIRED),
    ("S-NOT-YET-VALID", Flaw.NOT_YET_VALID),
    ("S-UNTRUSTED", Flaw.OTHER_ROOT),
    ("S-UNTRUSTED", Flaw.SELF_SIGNED),
    ("S-KEY-USAGE", Flaw.NO_SIGNING_USAGE),
    ("S-KEY-USAGE", Flaw.SERVER_ONLY),
    ("S-KEY-USAGE", Flaw.AUTHORITY),
    ("S-KEY-TOO-WEAK", Flaw.RSA_1024),
    ("S-KEY-TOO-WEAK", Flaw.SMALL_CURVE),
)
"""Certificates that the registry would accept: only the signature check stands against them."""


def signature_vectors() -> Iterator[Vector]:
    """Yield at least one vector a reason, in the catalogue's order."""
    yield Vector(
        name="S-UNSIGNED", sending=Sending(body=_BODY, seal=None), expected=("S-UNSIGNED",)
    )
    yield _unsigned("S-UNSIGNED-placeholder-only", "<edXML:Signature/>", "S-UNSIGNED")
    yield _tampered("S-SEVERAL-same-twice", _doubled, "S-SEVERAL")
    yield _tampered("S-MISPLACED-in-the-body", _moved, "S-MISPLACED", "F-SCHEMA")
    yield _tampered(
        "S-MISPLACED-covers-a-part", partial(_swap, b'URI=""', b'URI="#x"'), "S-MISPLACED"
    )
    yield _unsigned(
        "S-MALFORMED-empty",
        f'<ds:Signature xmlns:ds="{_DS}"/>',
        "S-MALFORMED",
    )
    yield _tampered(
        "S-MALFORMED-object-rides-along",
        partial(_swap, b"</ds:Signature>", b"<ds:Object>x</ds:Object></ds:Signature>"),
        "S-MALFORMED",
    )
    yield _tampered(
        "S-MALFORMED-certificate-cut-off",
        partial(_swap, b"<ds:X509Certificate>", b"<ds:X509Certificate>AAAA"),
        "S-MALFORMED",
    )
    yield _tampered(
        "S-ALGORITHM-sha1", partial(_swap, b"#ecdsa-sha256", b"#ecdsa-sha1"), "S-ALGORITHM"
    )
    yield _tampered(
        "S-ALGORITHM-hmac", partial(_swap, b"#ecdsa-sha256", b"#hmac-sha256"), "S-ALGORITHM"
    )
    yield _tampered(
        "S-ALGORITHM-comments-signed-too",
        partial(_swap, b"REC-xml-c14n-20010315", b"REC-xml-c14n-20010315#WithComments"),
        "S-ALGORITHM",
    )
    yield Vector(
        name="S-ALGORITHM-ENDED-yesterday",
        sending=Sending(body=_BODY),
        trust=Trust.PHASED_OUT,
        expected=("S-ALGORITHM-ENDED",),
    )
    yield _tampered("S-ALTERED-subject", partial(_swap, b"V/v ", b"V/v khong "), "S-ALTERED")
    yield _tampered(
        "S-ALTERED-receiver-added",
        partial(
            _swap, b"</edXML:To>", b"</edXML:To>" + field("To", field("OrganId", "H37")).encode()
        ),
        "S-ALTERED",
    )
    yield _tampered("S-ALTERED-value", _other_value, "S-ALTERED")
    yield _tampered("S-NO-CERTIFICATE", _without_key_info, "S-NO-CERTIFICATE")
    for code, flaw in _FLAWS:
        yield Vector(
            name=f"{code}-{flaw.value}",
            sending=Sending(body=_BODY, seal=flaw),
            expected=(code,),
        )
    yield Vector(
        name="S-REVOKED",
        sending=Sending(body=xml(letter(REVOKED_BY_ISSUER)), seal=REVOKED_BY_ISSUER),
        trust=Trust.LISTS,
        expected=("S-REVOKED",),
    )
    yield Vector(
        name="S-REVOCATION-UNKNOWN",
        sending=Sending(body=_BODY),
        trust=Trust.OLD_LISTS,
        expected=("S-REVOCATION-UNKNOWN",),
    )
    yield Vector(
        name="S-REVOCATION-GRACE",
        sending=Sending(body=_BODY),
        trust=Trust.LATE_LISTS,
        expected=("S-REVOCATION-GRACE",),
    )
    yield Vector(
        name="S-NOT-CHECKED",
        sending=Sending(body=_BODY),
        trust=Trust.NOTHING,
        expected=("S-NOT-CHECKED",),
    )
    receipt = write_receipt(_receipt())
    yield Vector(
        name="S-NOT-THE-AXIS",
        sending=Sending(body=receipt, seal="G22"),
        way=Way.AGENCY,
        expected=("S-NOT-THE-AXIS",),
    )
    yield Vector(
        name="S-RETIRED-KEY",
        sending=lambda workshop: Sending(body=workshop.signed_by_the_axis(receipt), seal=None),
        way=Way.AGENCY,
        trust=Trust.NEXT_KEY,
        expected=("S-RETIRED-KEY",),
    )
    yield Vector(
        name="S-NOT-A-RECEIPT",
        sending=lambda workshop: Sending(
            body=workshop.signed_by_the_axis(
                _swap(b"SubmissionAcceptance", b"Submission", receipt)
            ),
            seal=None,
        ),
        way=Way.AGENCY,
        expected=("S-NOT-A-RECEIPT",),
    )


def _receipt() -> Receipt:
    return Receipt(
        id=UUID(int=1, version=4),
        event=Event.SUBMISSION_ACCEPTANCE,
        at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
        issuer="Trục thử nghiệm",
        subject=Subject(kind=SubjectKind.DOCUMENT, sha256="0" * 64, size=1),
    )


def _unsigned(name: str, beside: str, *expected: str) -> Vector:
    body = xml(letter(), ("</edXML:edXMLHeader>", beside + "</edXML:edXMLHeader>"))
    return Vector(name=name, sending=Sending(body=body, seal=None), expected=expected)


def _tampered(name: str, tampered: Callable[[bytes], bytes], *expected: str) -> Vector:
    return Vector(name=name, sending=Sending(body=_BODY, tampered=tampered), expected=expected)


def _swap(old: bytes, new: bytes, body: bytes) -> bytes:
    assert old in body
    return body.replace(old, new)


def _doubled(body: bytes) -> bytes:
    return _SIGNATURE.sub(lambda found: found[0] * 2, body)


def _moved(body: bytes) -> bytes:
    found = _SIGNATURE.search(body)
    assert found is not None
    return _SIGNATURE.sub(b"", body).replace(b"<edXML:edXMLBody>", b"<edXML:edXMLBody>" + found[0])


def _without_key_info(body: bytes) -> bytes:
    return re.sub(rb"<ds:KeyInfo>.*?</ds:KeyInfo>", b"", body, flags=re.DOTALL)


def _other_value(body: bytes) -> bytes:
    """Put another signature value of the same length in place."""
    return re.sub(
        rb"(<ds:SignatureValue>)([^<]{4})", lambda found: found[1] + b"AAAA", body, count=1
    )
