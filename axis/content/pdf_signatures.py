"""The digital signatures inside a PDF (Decree 30/2020/NĐ-CP: the signer's, then the agency's).

They are read, not judged as trust: whose they say they are, whether the signed bytes are whole, and
whether something else was added later. Whose seal a certificate is, the registry knows.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from axis.content.pdf_actions import value_of
from axis.trust.certificates import Certificate
from axis.verdict import FileSignature

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

MAX_SIGNATURES: Final = 50
"""Of one file. A document goes through a handful of hands; each signature is digested over all
the file."""

MAX_COMPARED_OBJECTS: Final = 2_000_000
"""Telling a later signature from another change compares a signed state with every later one,
object by object: 7 s at most. Twenty signatures in a row on a file of 8,000 objects are just in."""

_STATE_COST: Final = 2_000
"""What comparing a state costs however small it is, in objects."""

_UNKNOWN: Final = "?"

# Its warnings quote documents, and every one that counts is a finding.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class ReadSignature:
    """A signature as a fact, and whether something else than further signatures came after it."""

    facts: FileSignature
    changed: bool


def read_signatures(reader: "PdfFileReader", fields: Sequence[Any]) -> list[ReadSignature]:
    """Return the signatures in these fields, the first made first, document timestamps left out.

    One that is malformed is not intact; one of a kind that pyHanko does not know (the outdated
    ``adbe.x509.rsa_sha1``) is not judged: its ``intact`` is None.
    """
    # A second and a half to import, so only for files that are signed.
    from pyhanko.sign.fields import SigSeedSubFilter

    timestamp = SigSeedSubFilter.ETSI_RFC3161.value
    known = {kind.value for kind in SigSeedSubFilter}
    comparisons = _Comparisons(reader)
    found = []
    for field in sorted(fields, key=_signed_bytes):
        values = field["/V"]
        kind = value_of(values, "/SubFilter")
        if value_of(values, "/Type") == "/DocTimeStamp" or kind == timestamp:
            continue
        if kind in known:
            found.append(_read(reader, field, comparisons))
        else:
            found.append(_unjudged(str(value_of(values, "/Name") or _UNKNOWN)))
    return found


def _read(reader: "PdfFileReader", field: Any, comparisons: "_Comparisons") -> ReadSignature:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    try:
        return _judged(EmbeddedPdfSignature(reader, field, ""), comparisons)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - malformed CMS leaks every kind of exception
        return ReadSignature(FileSignature(signer=_UNKNOWN, fingerprint="", intact=False), False)


def _signed_bytes(field: Any) -> int:
    """Return how far into the file a signature reaches: later ones reach further."""
    span = value_of(field["/V"], "/ByteRange")
    numbers = [part for part in span if isinstance(part, int)] if isinstance(span, list) else []
    return sum(numbers[-2:])


def _judged(signature: Any, comparisons: "_Comparisons") -> ReadSignature:
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
    intact = intact and _leaves_out_only_itself(signature)
    signature.coverage = signature.evaluate_signature_coverage()
    return ReadSignature(
        FileSignature(
            signer=certificate.subject,
            fingerprint=certificate.fingerprint,
            organization=certificate.organization_identifier,
            signed_at=_in_utc(signature.self_reported_timestamp),
            intact=intact,
            whole=intact and signature.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        ),
        changed=intact and comparisons.show_change(signature),
    )


def _leaves_out_only_itself(signature: Any) -> bool:
    """Say whether all bytes from the first to the last signed one are signed, but the signature.

    pyHanko compares only lengths. A forger who adds a revision with a copy of the signature, its
    Contents padded in another notation, makes a sum that fits a file that nobody signed.
    """
    first, length, second, rest = signature.byte_range
    data: bytes = signature.reader.stream.getvalue()
    if first != 0 or rest < 0 or not 0 < length < second <= second + rest <= len(data):
        return False
    left_out = data[length:second]
    if not (left_out.startswith(b"<") and left_out.endswith(b">")):
        return False
    return bytes.fromhex(left_out[1:-1].decode("ascii")) == bytes(signature.pkcs7_content)


class _Comparisons:
    """Compares what was signed with what became of it, within one bound for the whole file."""

    def __init__(self, reader: "PdfFileReader") -> None:
        xrefs = reader.xrefs
        self._last = xrefs.total_revisions - 1
        objects = sum(
            len(xrefs.explicit_refs_in_revision(state)) for state in range(self._last + 1)
        )
        self._cost = objects + _STATE_COST
        self._left = MAX_COMPARED_OBJECTS

    def show_change(self, signature: Any) -> bool:
        """Say whether more than further signatures, timestamps and form entries came later.

        What is too much to compare counts as changed: this only warns, and what was added is
        outside the signature in any case.
        """
        from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult
        from pyhanko.sign.validation.status import SignatureCoverageLevel

        if signature.coverage is SignatureCoverageLevel.ENTIRE_FILE:
            return False
        if signature.coverage is not SignatureCoverageLevel.ENTIRE_REVISION:
            return True
        self._left -= self._cost * (self._last - signature.signed_revision)
        if self._left < 0:
            return True
        result = signature.evaluate_modifications(DEFAULT_DIFF_POLICY)
        if not isinstance(result, DiffResult):
            return True
        permitted = signature.docmdp_level
        return permitted is not None and result.modification_level.value > permitted.value


def _unjudged(name: str) -> ReadSignature:
    return ReadSignature(FileSignature(signer=name, fingerprint="", intact=None), False)


def _in_utc(moment: datetime | None) -> datetime | None:
    """Return a claimed moment in UTC; one without a time zone says too little."""
    if moment is None or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC)
