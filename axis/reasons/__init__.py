"""The catalogue of reasons: one entry = one code = one metric label = one text per language.

The prefix names the admission check: ``F-`` format (thể thức), ``S-`` digital signature (ký số),
``C-`` content (nội dung), ``A-`` authentication and authority (xác thực, thẩm quyền: who speaks,
and whether they may). Codes are stable: receipts that quote them are evidence for many years.
``docs/reasons.md`` is made from this catalogue.
"""

import re
import string
from collections.abc import Mapping
from enum import Enum

from axis.reasons import authentication, authority, content, signature
from axis.reasons import format as form
from axis.reasons.entry import Check, ReasonText, Severity

__all__ = ["Check", "Reason", "ReasonText", "Severity", "reason_of_code"]


class _Blank(string.Formatter):
    """Fill known facts; a missing one reads ``?`` instead of raising in front of a clerk."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        return kwargs.get(str(key), "?")


class _VietnameseDays(_Blank):
    """Write the days that the axis itself tells as Việt Nam does; what is quoted stays as it is."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        value = super().get_value(key, args, kwargs)
        day = _ISO_DAY.fullmatch(str(value)) if key in _DAYS else None
        return value if day is None else f"{day[3]}/{day[2]}/{day[1]}"


_DAYS = ("date", "due", "issued")
"""Facts that are days."""

_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_FORMATTER = _Blank()
_FORMATTER_VI = _VietnameseDays()


class Reason(Enum):
    """Why a document is refused, held or warned about; the most important first."""

    TOO_LARGE = form.TOO_LARGE
    NOT_XML = form.NOT_XML
    DTD_PRESENT = form.DTD_PRESENT
    WRONG_ROOT = form.WRONG_ROOT
    SCHEMA = form.SCHEMA
    MISSING_FIELD = form.MISSING_FIELD
    BAD_VALUE = form.BAD_VALUE
    TOO_COMPLEX = form.TOO_COMPLEX
    FIELD_TOO_LONG = form.FIELD_TOO_LONG
    WRONG_ROUTE = form.WRONG_ROUTE
    UNCHECKABLE = form.UNCHECKABLE
    NO_ROOM_TO_WAIT = form.NO_ROOM_TO_WAIT
    WAITED_TOO_LONG = form.WAITED_TOO_LONG
    UPDATES_NOTHING = form.UPDATES_NOTHING
    REPLACES_NOTHING = form.REPLACES_NOTHING
    CONFUSABLE = form.CONFUSABLE
    INVISIBLE = form.INVISIBLE
    FIELD_LONG = form.FIELD_LONG
    NORMALISED = form.NORMALISED
    NUMBER_NOTATION = form.NUMBER_NOTATION
    DUE_BEFORE_ISSUE = form.DUE_BEFORE_ISSUE
    NO_EXPLANATION = form.NO_EXPLANATION

    NO_USER_ID = authentication.NO_USER_ID
    UNKNOWN_ENDPOINT = authentication.UNKNOWN_ENDPOINT
    NO_MESSAGE_ID = authentication.NO_MESSAGE_ID
    MESSAGE_ID_REUSED = authentication.MESSAGE_ID_REUSED
    SENDER_UNKNOWN = authentication.SENDER_UNKNOWN
    SENDER_CLOSED = authentication.SENDER_CLOSED
    SENDER_NOT_YET_OPEN = authentication.SENDER_NOT_YET_OPEN
    SENDER_NOT_AT_ENDPOINT = authentication.SENDER_NOT_AT_ENDPOINT

    UNSIGNED = signature.UNSIGNED
    SEVERAL_SIGNATURES = signature.SEVERAL_SIGNATURES
    SIGNATURE_MISPLACED = signature.SIGNATURE_MISPLACED
    SIGNATURE_MALFORMED = signature.SIGNATURE_MALFORMED
    SIGNATURE_ALGORITHM = signature.SIGNATURE_ALGORITHM
    ALGORITHM_ENDED = signature.ALGORITHM_ENDED
    KEY_TOO_WEAK = signature.KEY_TOO_WEAK
    SIGNATURE_LEVEL = signature.SIGNATURE_LEVEL
    SIGNATURE_PROPERTIES = signature.SIGNATURE_PROPERTIES
    ALTERED = signature.ALTERED
    NO_CERTIFICATE = signature.NO_CERTIFICATE
    SIGNING_CERTIFICATE = signature.SIGNING_CERTIFICATE
    UNTRUSTED = signature.UNTRUSTED
    CERTIFICATE_EXPIRED = signature.CERTIFICATE_EXPIRED
    CERTIFICATE_NOT_YET_VALID = signature.CERTIFICATE_NOT_YET_VALID
    KEY_USAGE = signature.KEY_USAGE
    SIGNING_TIME = signature.SIGNING_TIME
    TIMESTAMP_ORDER = signature.TIMESTAMP_ORDER
    TIMESTAMP_MISMATCH = signature.TIMESTAMP_MISMATCH
    TIMESTAMP_BROKEN = signature.TIMESTAMP_BROKEN
    NOT_THE_AXIS = signature.NOT_THE_AXIS
    RECEIPT_KEY_RETIRED = signature.RECEIPT_KEY_RETIRED
    NOT_A_RECEIPT = signature.NOT_A_RECEIPT
    CERTIFICATE_REVOKED_BY_ISSUER = signature.CERTIFICATE_REVOKED_BY_ISSUER
    REVOCATION_UNKNOWN = signature.REVOCATION_UNKNOWN
    REVOCATION_GRACE = signature.REVOCATION_GRACE
    SIGNER_NOT_CHECKED = signature.SIGNER_NOT_CHECKED
    TIMESTAMP_UNTRUSTED = signature.TIMESTAMP_UNTRUSTED

    CERTIFICATE_NOT_ENROLLED = authority.CERTIFICATE_NOT_ENROLLED
    CERTIFICATE_OF_OTHER_AGENCY = authority.CERTIFICATE_OF_OTHER_AGENCY
    CARRIER_ONLY = authority.CARRIER_ONLY
    CERTIFICATE_OF_OTHER_ORGANISATION = authority.CERTIFICATE_OF_OTHER_ORGANISATION
    MANDATE_OUTSIDE_HIERARCHY = authority.MANDATE_OUTSIDE_HIERARCHY
    CERTIFICATE_REVOKED = authority.CERTIFICATE_REVOKED
    CERTIFICATE_OUT_OF_TERM = authority.CERTIFICATE_OUT_OF_TERM
    MANDATE_KIND = authority.MANDATE_KIND
    NO_RECEIVER = authority.NO_RECEIVER
    RECEIVER_UNKNOWN = authority.RECEIVER_UNKNOWN
    RECEIVER_CLOSED = authority.RECEIVER_CLOSED
    RECEIVER_NOT_YET_OPEN = authority.RECEIVER_NOT_YET_OPEN
    RECEIVER_UNREACHABLE = authority.RECEIVER_UNREACHABLE
    TOO_MANY_RECEIVERS = authority.TOO_MANY_RECEIVERS
    TOO_MANY_DELIVERIES = authority.TOO_MANY_DELIVERIES
    GROUP_EMPTY = authority.GROUP_EMPTY
    DOCUMENT_CONFLICT = authority.DOCUMENT_CONFLICT
    TOO_MANY_VERSIONS = authority.TOO_MANY_VERSIONS
    DOCUMENT_RECALLED = authority.DOCUMENT_RECALLED
    TARGET_UNKNOWN = authority.TARGET_UNKNOWN
    NOT_ORIGINAL_SENDER = authority.NOT_ORIGINAL_SENDER
    NOT_A_RECEIVER = authority.NOT_A_RECEIVER
    STATUS_OUT_OF_ORDER = authority.STATUS_OUT_OF_ORDER
    NEVER_HAD_IT = authority.NEVER_HAD_IT
    REFUSED_BY_OPERATOR = authority.REFUSED_BY_OPERATOR
    DOCUMENT_AWAITED = authority.DOCUMENT_AWAITED
    REGISTRY_NOT_GIVEN = authority.REGISTRY_NOT_GIVEN
    RECEIVER_DOUBLED = authority.RECEIVER_DOUBLED
    RECEIVER_SUCCEEDED = authority.RECEIVER_SUCCEEDED
    GROUP_MEMBERS_UNREACHED = authority.GROUP_MEMBERS_UNREACHED
    HOLDER_UNREACHED = authority.HOLDER_UNREACHED
    ADDED_AGAIN = authority.ADDED_AGAIN

    ATTACHMENT_MISSING = content.ATTACHMENT_MISSING
    ATTACHMENT_UNLISTED = content.ATTACHMENT_UNLISTED
    ATTACHMENT_DUPLICATE_NAME = content.ATTACHMENT_DUPLICATE_NAME
    BAD_BASE64 = content.BAD_BASE64
    BAD_ARCHIVE = content.BAD_ARCHIVE
    SECRECY_MARKING = content.SECRECY_MARKING
    MALWARE = content.MALWARE
    UNSCANNABLE = content.UNSCANNABLE
    TYPE_NOT_ALLOWED = content.TYPE_NOT_ALLOWED
    BAD_NAME = content.BAD_NAME
    ENCRYPTED = content.ENCRYPTED
    FILE_TOO_COMPLEX = content.FILE_TOO_COMPLEX
    BAD_PDF = content.BAD_PDF
    BAD_OFFICE = content.BAD_OFFICE
    PDF_SIGNATURE_BROKEN = content.PDF_SIGNATURE_BROKEN
    MACRO = content.MACRO
    ACTIVE_CONTENT = content.ACTIVE_CONTENT
    SCANNER_AWAY = content.SCANNER_AWAY
    PDF_CHANGED_AFTER_SIGNING = content.PDF_CHANGED_AFTER_SIGNING
    TYPE_MISMATCH = content.TYPE_MISMATCH
    EMPTY_FILE = content.EMPTY_FILE
    NO_FILE = content.NO_FILE

    @property
    def code(self) -> str:
        """Return the stable code quoted in receipts, for example ``F-NOT-XML``."""
        return self.value.code

    @property
    def severity(self) -> Severity:
        """Return what a finding of this reason does to the document, unless a policy says else."""
        return self.value.severity

    @property
    def check(self) -> Check:
        """Return the admission check that this reason belongs to."""
        return self.value.check

    @property
    def source(self) -> str:
        """Return the law, standard or limit that the rule comes from."""
        return self.value.source

    @property
    def importance(self) -> int:
        """Return the rank in the catalogue: the lower, the earlier a verdict names it."""
        return _IMPORTANCE[self]

    def describe_vi(self, facts: Mapping[str, object]) -> str:
        """Return the Vietnamese text with the facts filled in."""
        return _FORMATTER_VI.vformat(self.value.vi, (), facts)

    def describe_en(self, facts: Mapping[str, object]) -> str:
        """Return the English text with the facts filled in."""
        return _FORMATTER.vformat(self.value.en, (), facts)


def reason_of_code(code: str) -> Reason | None:
    """Return the reason with this stable code, or None."""
    return _BY_CODE.get(code)


_BY_CODE = {reason.code: reason for reason in Reason}
_IMPORTANCE = {reason: rank for rank, reason in enumerate(Reason)}
