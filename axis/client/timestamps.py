"""Timestamps (dấu thời gian) from an authority over HTTP: RFC 3161, 3.4."""

import hashlib
import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    decode_timestamp_response,
)

from axis.client.errors import TimestampUnavailableError
from axis.errors import ConfigurationError

TIMEOUT_SECONDS: Final = 15.0
"""An authority answers within a second; whoever signs waits for it."""

MAX_ANSWER_BYTES: Final = 64 * 1024
"""An answer has 1-6 kB, most of it the authority's certificates."""


@dataclass(frozen=True, slots=True)
class TimestampAuthority:
    """A timestamp authority (tổ chức cấp dấu thời gian), asked while a document is signed.

    ``sign(document, key, level=SignatureLevel.TIMESTAMPED, at=now, timestamp=authority)``
    """

    url: str
    """``http://…`` or ``https://…``: an answer is signed, so that nobody can change it underway."""

    def __post_init__(self) -> None:
        """Raise ConfigurationError for an address of another kind."""
        try:
            parts = urlsplit(self.url)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            sound = False
        if not sound:
            raise ConfigurationError(
                f"Địa chỉ cấp dấu thời gian «{self.url}» không hợp lệ; cần http:// hoặc https://."
                f" / «{self.url}» is no address of a timestamp authority; http:// or https:// is"
                " needed."
            )

    def __call__(self, data: bytes) -> bytes:
        """Return the authority's token (DER) over data; raises TimestampUnavailableError.

        It is over just these bytes and answers just this request. Whether the authority is to be
        trusted is for whoever verifies: each has anchors of their own.
        """
        builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
        request = builder.build()
        answer = self._ask(request.as_bytes())
        try:
            return _token(answer, request, hashlib.sha256(data).digest())
        except ValueError as error:
            raise TimestampUnavailableError(self.url, str(error)) from error

    def _ask(self, request: bytes) -> bytes:
        kind = {"Content-Type": "application/timestamp-query"}
        asked = urllib.request.Request(self.url, request, kind)  # noqa: S310 - http or https
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                found: bytes = answer.read(MAX_ANSWER_BYTES + 1)
        except urllib.error.HTTPError as error:
            error.close()  # it holds the connection
            raise TimestampUnavailableError(self.url, f"HTTP {error.code}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            detail = getattr(error, "reason", None) or error
            raise TimestampUnavailableError(self.url, str(detail)) from error
        if len(found) > MAX_ANSWER_BYTES:
            raise TimestampUnavailableError(self.url, f"> {MAX_ANSWER_BYTES} byte")
        return found


def _token(answer: bytes, request: TimeStampRequest, digest: bytes) -> bytes:
    """Take the token out of an answer; raises ValueError for one to something else."""
    response = decode_timestamp_response(answer)
    if response.status not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        raise ValueError(f"{PKIStatus(response.status).name} {' '.join(response.status_string)}")
    info = response.tst_info
    if info.message_imprint.message != digest or info.nonce != request.nonce:
        raise ValueError("the answer is to another request")
    return response.time_stamp_token()
