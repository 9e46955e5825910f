"""A demo PKI whose responders really answer: CRL, OCSP and timestamps over HTTP on loopback.

    from tests.support.responders import RunningPki, StartPki, start_pki  # noqa: F401 - fixture

    def test_…(start_pki: StartPki) -> None:
        running = start_pki()  # or start_pki(validity=timedelta(seconds=3))

All of it can be called from tests of either kind, with and without an event loop.
"""

import asyncio
import os
import tempfile
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from rfc3161_client import TimestampRequestBuilder, decode_timestamp_response

from axis.clock import system_clock
from axis.local.pki import DemoPki, KeyFiles, make_demo_pki
from axis.local.pki_config import CRL_PATH, INTERMEDIATE, OCSP_PATH
from axis.local.pki_revocation import revoke_intermediate, revoke_seal
from axis.local.pki_services import DEFAULT_VALIDITY, PkiServices
from axis.local.ports import lasting_port
from axis.local.responders import Responders

AGENCIES = (
    ("G22", "Văn phòng Chính phủ"),
    ("H37", "Ủy ban nhân dân tỉnh Lạng Sơn"),
    ("H26", "Ủy ban nhân dân thành phố Hà Nội"),
    ("H30", "Ủy ban nhân dân tỉnh Thử Nghiệm"),
)

HTTP_SECONDS = 30.0


class RunningPki:
    """A PKI and its responders, which run until they are stopped."""

    def __init__(self, pki: DemoPki, validity: timedelta) -> None:
        self.pki = pki
        self.validity = validity
        self._responders = Responders(pki, validity)

    @property
    def url(self) -> str:
        """Where the responders answer; what certificates name begins with it."""
        return self._responders.url

    @property
    def timestamp_url(self) -> str:
        """Where timestamps are to be had."""
        assert self.pki.timestamp_url is not None
        return self.pki.timestamp_url

    def start(self) -> None:
        """Start again, on the same port; takes a second."""
        _wait(self._responders.start())

    def stop(self) -> None:
        """Take the responders down: connections are refused from now on."""
        _wait(self._responders.stop())

    def revoke(self, code: str, at: datetime | None = None) -> None:
        """Revoke an agency's seal; the very next list and OCSP response say so."""
        revoke_seal(self.pki, code, at or system_clock())

    def revoke_intermediate(self, at: datetime | None = None) -> None:
        """Revoke the authority that issued all seals."""
        revoke_intermediate(self.pki, at or system_clock())

    def add_agency(self, code: str) -> KeyFiles:
        """Make a seal for one more agency; for tests that spoil theirs. Takes milliseconds."""
        agency = (code, f"Cơ quan thử nghiệm {code}")
        make_demo_pki(self.pki.folder, [agency], system_clock(), rsa_agencies=())
        return self.pki.seal(code)

    def timestamp(self, data: bytes, at: datetime | None = None) -> bytes:
        """Return the timestamp token (CMS, DER) over data.

        It comes over HTTP; with a moment of its own (`at`) from the same authority without.
        """
        response = self.timestamp_response(data, at)
        return decode_timestamp_response(response).time_stamp_token()

    def timestamp_response(self, data: bytes, at: datetime | None = None) -> bytes:
        """Return the whole answer of the timestamp authority (TimeStampResp, DER)."""
        request = TimestampRequestBuilder().data(data).build().as_bytes()
        if at is not None:
            return PkiServices(self.pki.folder).timestamp(request, at)
        return post(self.timestamp_url, request, "application/timestamp-query")

    def revocation_list(self, authority: str = INTERMEDIATE, at: datetime | None = None) -> bytes:
        """Return an authority's list (CRL, DER): over HTTP, or as of a moment without."""
        if at is not None:
            return PkiServices(self.pki.folder, self.validity).revocation_list(authority, at)
        return get(self.url + CRL_PATH.format(authority=authority))

    def status(self, code: str, at: datetime | None = None) -> bytes:
        """Return the OCSP response (DER) about a seal: over HTTP, or as of a moment without."""
        request = ocsp_request(self.pki, code)
        if at is not None:
            return PkiServices(self.pki.folder, self.validity).status(INTERMEDIATE, request, at)
        url = self.url + OCSP_PATH.format(authority=INTERMEDIATE)
        return post(url, request, "application/ocsp-request")


StartPki = Callable[..., RunningPki]
"""``start_pki(*, validity=1 hour, agencies=AGENCIES)``: a new PKI, with responders that run."""


@pytest.fixture(scope="session")
def start_pki() -> Iterator[StartPki]:
    """Start responders of a PKI of one's own; they end with the session."""
    with ExitStack() as ends:

        def start(
            *,
            validity: timedelta = DEFAULT_VALIDITY,
            agencies: tuple[tuple[str, str], ...] = AGENCIES,
        ) -> RunningPki:
            # Named so that a later run ends what a killed one left behind (tests/conftest.py).
            folder = tempfile.TemporaryDirectory(prefix=f"axis-test-{os.getpid()}-")
            pki = make_demo_pki(
                Path(ends.enter_context(folder)) / "pki",
                agencies,
                system_clock(),
                rsa_agencies=(),
                port=lasting_port(),
            )
            running = RunningPki(pki, validity)
            ends.callback(running.stop)
            running.start()
            return running

        yield start


@pytest.fixture(scope="session")
def running_pki(start_pki: StartPki) -> RunningPki:
    """One PKI for tests that only ask; what is changed stays for the others (`add_agency`)."""
    return start_pki()


def ocsp_request(pki: DemoPki, code: str) -> bytes:
    """Return the question whether the seal of an agency is revoked."""
    seal = x509.load_der_x509_certificate(pki.seal(code).certificate.der)
    issuer = x509.load_der_x509_certificate(pki.intermediate.certificate.der)
    builder = ocsp.OCSPRequestBuilder().add_certificate(seal, issuer, hashes.SHA256())
    return builder.build().public_bytes(serialization.Encoding.DER)


def get(url: str) -> bytes:
    """Fetch over HTTP; raises urllib.error.URLError."""
    with urllib.request.urlopen(url, timeout=HTTP_SECONDS) as response:
        return bytes(response.read())


def post(url: str, body: bytes, kind: str) -> bytes:
    """Ask over HTTP; raises urllib.error.URLError."""
    request = urllib.request.Request(url, body, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=HTTP_SECONDS) as response:
        return bytes(response.read())


def _wait(work: Coroutine[Any, Any, None]) -> None:
    """Carry out work to its end, also where an event loop runs already."""
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, work).result()
