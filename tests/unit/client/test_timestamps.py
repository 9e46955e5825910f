"""Timestamps are asked of an authority over HTTP, and only an answer to the question is taken."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from rfc3161_client import TimestampRequestBuilder

from axis.cli.profile import SigningSection
from axis.client import TimestampAuthority, TimestampUnavailableError
from axis.client.timestamps import MAX_ANSWER_BYTES
from axis.errors import ConfigurationError
from axis.facts import SignatureLevel
from axis.local.pki import DemoPki, make_demo_pki
from axis.local.pki_services import PkiServices
from axis.trust.verify import verify

NOW = datetime.now(UTC).replace(microsecond=0)
SAMPLE = Path(__file__).parents[2] / "vectors" / "edxml" / "status_01.edxml"

REJECTION = bytes.fromhex("3005 3003 020102")
"""A TimeStampResp that has a status and no token."""

Answering = Callable[[bytes], tuple[int, bytes]]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    return make_demo_pki(tmp_path_factory.mktemp("pki"), [("H37", "UBND tỉnh")], NOW)


@pytest.fixture(scope="module")
def services(pki: DemoPki) -> PkiServices:
    return PkiServices(pki.folder)


@contextmanager
def authority(answering: Answering) -> Iterator[TimestampAuthority]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            status, body = answering(asked)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield TimestampAuthority(f"http://127.0.0.1:{server.server_port}/tsa")
        finally:
            server.shutdown()
            thread.join()


def test_document_signed_with_an_authority_proves_its_time(
    pki: DemoPki, services: PkiServices
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)  # what is signed claims this machine's time
    with authority(lambda asked: (200, services.timestamp(asked, now))) as tsa:
        signing = SigningSection(level=SignatureLevel.TIMESTAMPED, tsa=tsa.url)
        signed = signing.sign(SAMPLE.read_bytes(), pki.seal("H37").load())

    verdict = verify(signed, pki.policy(), now + timedelta(minutes=1))
    assert verdict.passed
    assert verdict.facts is not None
    assert verdict.facts.level is SignatureLevel.TIMESTAMPED
    assert verdict.facts.proven_at == now


def test_answer_to_another_request_is_not_taken(services: PkiServices) -> None:
    other = TimestampRequestBuilder().data(b"other").build().as_bytes()

    with (
        authority(lambda _: (200, services.timestamp(other, NOW))) as tsa,
        pytest.raises(TimestampUnavailableError, match="another request"),
    ):
        tsa(b"data")


def test_answer_of_yesterday_is_not_taken_again(services: PkiServices) -> None:
    """The nonce differs, the digest does not."""
    earlier: list[bytes] = []

    def answer(asked: bytes) -> tuple[int, bytes]:
        earlier.append(services.timestamp(asked, NOW))
        return 200, earlier[0]

    with authority(answer) as tsa:
        assert cms.ContentInfo.load(tsa(b"data"))
        with pytest.raises(TimestampUnavailableError, match="another request"):
            tsa(b"data")


@pytest.mark.parametrize(
    "answer",
    [
        (200, b""),
        (200, b"<html>"),
        (200, b"\x30\x80" * 100),
        (200, b"0" * (MAX_ANSWER_BYTES + 1)),
        (500, b""),
        (200, REJECTION),
    ],
    ids=["nothing", "a page", "hostile", "too long", "an error", "a refusal"],
)
def test_answer_without_a_timestamp_is_said_to_be_none(answer: tuple[int, bytes]) -> None:
    with authority(lambda _: answer) as tsa, pytest.raises(TimestampUnavailableError) as raised:
        tsa(b"data")

    assert tsa.url in str(raised.value)


def test_authority_that_is_away_is_said_to_be(pki: DemoPki) -> None:
    with authority(lambda _: (200, b"")) as tsa:
        pass

    signing = SigningSection(level=SignatureLevel.TIMESTAMPED, tsa=tsa.url)
    with pytest.raises(TimestampUnavailableError):
        signing.sign(SAMPLE.read_bytes(), pki.seal("H37").load())


@pytest.mark.parametrize(
    "url", ["", "tsa.example.gov.vn", "ftp://tsa.example.gov.vn", "file:///etc/passwd", "http://["]
)
def test_address_that_is_not_http_is_refused_before_anything_is_signed(url: str) -> None:
    with pytest.raises(ConfigurationError, match="http://"):
        TimestampAuthority(url)


def test_timestamped_level_without_an_authority_is_told_what_to_name(pki: DemoPki) -> None:
    with pytest.raises(ConfigurationError, match="--tsa"):
        SigningSection(level=SignatureLevel.TIMESTAMPED).sign(
            SAMPLE.read_bytes(), pki.seal("H37").load()
        )
