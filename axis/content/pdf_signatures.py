"""The digital signatures inside a PDF (Decree 30/2020/NĐ-CP: the signer's, then the agency's).

They are read, not judged as trust: whose they say they are, whether the signed bytes are whole, and
whether something else was added later. Whose seal a certificate is, the registry knows.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from axis.trust.certificates import Certificate
from axis.verdict import FileSignature

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

MAX_SIGNATURES: Final = 50
"""Of one file. A document goes through a handful of hands; each signature is digested over all
the file."""

MAX_COMPARED_OBJECTS: Final = 20_000
"""Telling a later signature from another change compares all objects of both states; above this,
what was added is not judged, and the signature says only that it does not cover the whole."""

_UNKNOWN: Final = "?"

# Its warnings quote documents, and every one that counts is a finding.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class ReadSignature:
    """A signature as a fact, and whether something else than further signatures came after it."""

    facts: FileSignature
    changed: bool


def read_signatures(reader: "PdfFileReader") -> list[ReadSignature]:
    """Return the signatures of a file in the order of their fields, document timestamps left out.

    One that is malformed is not intact; one of a kind that pyHanko does not know (the outdated
    ``adbe.x509.rsa_sha1``) is not judged: its ``intact`` is None.
    """
    return list(_read(reader))


def _read(reader: "PdfFileReader") -> Iterator[ReadSignature]:
    # A second and a half to import, so only for files that are signed.
    from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    known = {kind.value for kind in SigSeedSubFilter}
    for name, signature, place in enumerate_sig_fields(reader, filled_status=True):
        try:
            values = signature.get_object()
            if values.get("/Type") == "/DocTimeStamp":
                continue
            if values.get("/SubFilter") not in known:
                yield _unjudged(str(values.get("/Name", _UNKNOWN)))
                continue
            yield _judged(EmbeddedPdfSignature(reader, place, name))
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - malformed CMS leaks every kind of exception
            yield ReadSignature(FileSignature(signer=_UNKNOWN, fingerprint="", intact=False), False)


def _judged(signature: Any) -> ReadSignature:
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    certificate = Certificate.from_der(signature.signer_cert.dump())
    digest = signature.compute_digest()
    try:
        intact = all(
            validate_sig_integrity(signature.signer_info, signature.signer_cert, "data", digest)
        )
    except Exception:  # noqa: BLE001 - attributes that contradict each other, unknown algorithms
        intact = False
    coverage = signature.evaluate_signature_coverage()
    if coverage is SignatureCoverageLevel.UNCLEAR:
        intact = False  # it leaves out more than itself, where anything could be put
    return ReadSignature(
        FileSignature(
            signer=certificate.subject,
            fingerprint=certificate.fingerprint,
            organization=certificate.organization_identifier,
            signed_at=_in_utc(signature.self_reported_timestamp),
            intact=intact,
            whole=coverage is SignatureCoverageLevel.ENTIRE_FILE,
        ),
        changed=intact and _is_changed(signature, coverage),
    )


def _is_changed(signature: Any, coverage: Any) -> bool:
    """Say whether more than further signatures, timestamps and form entries came later."""
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return False
    if coverage is not SignatureCoverageLevel.ENTIRE_REVISION:
        return True
    if int(signature.reader.trailer["/Size"]) > MAX_COMPARED_OBJECTS:
        return False
    signature.coverage = coverage
    return not isinstance(signature.evaluate_modifications(DEFAULT_DIFF_POLICY), DiffResult)


def _unjudged(name: str) -> ReadSignature:
    return ReadSignature(FileSignature(signer=name, fingerprint="", intact=None), False)


def _in_utc(moment: datetime | None) -> datetime | None:
    """Return a claimed moment in UTC; one without a time zone says too little."""
    if moment is None or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC)
