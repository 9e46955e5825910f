"""The demo PKI's responders over real HTTP: what they say is signed and current."""

import socket
import urllib.error
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from axis.clock import system_clock
from axis.local.installation import Installation
from axis.local.pki import make_demo_pki
from axis.local.pki_config import INTERMEDIATE, ROOT
from axis.local.ports import lasting_port
from axis.local.processes import LocalServerError
from axis.local.responders import Responders
from axis.trust.certificates import Certificate
from tests.support.responders import RunningPki, StartPki, get, running_pki, start_pki

__all__ = ["running_pki", "start_pki"]


@pytest.fixture(scope="module")
def spoilt(start_pki: StartPki) -> RunningPki:
    """A PKI that is revoked and taken down; what it says holds for three seconds."""
    return start_pki(validity=timedelta(seconds=3), agencies=(("H37", "Tỉnh"),))


def parsed(certificate: Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.der)


def revoked_serials(running: RunningPki, authority: str = INTERMEDIATE) -> list[int]:
    """Read the list that is served now, after its issuer's signature was verified."""
    issuer = running.pki.anchors[0] if authority == ROOT else running.pki.intermediate.certificate
    issued = x509.load_der_x509_crl(running.revocation_list(authority))
    key = parsed(issuer).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert issued.is_signature_valid(key)
    assert issued.issuer == parsed(issuer).subject
    return [entry.serial_number for entry in issued]


def status(running: RunningPki, code: str) -> ocsp.OCSPResponse:
    """Ask about a seal; the answer's signature is verified with the responder's certificate."""
    answer = ocsp.load_der_ocsp_response(running.status(code))
    assert answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
    (responder,) = answer.certificates
    key = responder.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert answer.signature_hash_algorithm is not None
    key.verify(
        answer.signature, answer.tbs_response_bytes, ec.ECDSA(answer.signature_hash_algorithm)
    )
    responder.verify_directly_issued_by(parsed(running.pki.intermediate.certificate))
    return answer


def test_revocation_is_in_the_very_next_list_and_ocsp_response(running_pki: RunningPki) -> None:
    serial = running_pki.add_agency("H01").certificate.serial
    assert serial not in revoked_serials(running_pki)
    assert status(running_pki, "H01").certificate_status is ocsp.OCSPCertStatus.GOOD

    since = system_clock() - timedelta(minutes=5)
    running_pki.revoke("H01", since)

    assert serial in revoked_serials(running_pki)
    answer = status(running_pki, "H01")
    assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert answer.revocation_time_utc == since.replace(microsecond=0)
    assert status(running_pki, "H37").certificate_status is ocsp.OCSPCertStatus.GOOD


def test_revoked_intermediate_is_in_the_list_of_the_root(spoilt: RunningPki) -> None:
    assert revoked_serials(spoilt, ROOT) == []

    spoilt.revoke_intermediate()

    assert revoked_serials(spoilt, ROOT) == [spoilt.pki.intermediate.certificate.serial]


def test_what_is_said_holds_as_long_as_was_asked_for(spoilt: RunningPki) -> None:
    issued = x509.load_der_x509_crl(spoilt.revocation_list())
    answer = ocsp.load_der_ocsp_response(spoilt.status("H37"))

    assert issued.next_update_utc == issued.last_update_utc + timedelta(seconds=3)
    assert answer.this_update_utc is not None
    assert answer.next_update_utc == answer.this_update_utc + timedelta(seconds=3)


def test_responders_that_are_down_come_back_at_the_same_address(spoilt: RunningPki) -> None:
    before = spoilt.url
    spoilt.stop()
    with pytest.raises(urllib.error.URLError):
        spoilt.revocation_list()

    spoilt.revoke("H37")
    spoilt.start()

    assert spoilt.url == before
    assert revoked_serials(spoilt) == [spoilt.pki.seal("H37").certificate.serial]


@pytest.mark.parametrize("at", [None, datetime.fromisoformat("2026-02-03T04:05:06Z")])
def test_timestamp_proves_the_data_to_an_independent_library(
    at: datetime | None, running_pki: RunningPki
) -> None:
    before = system_clock().replace(microsecond=0)
    answer = decode_timestamp_response(running_pki.timestamp_response(b"edXML", at))
    verifier = (
        VerifierBuilder()
        .add_root_certificate(parsed(running_pki.pki.anchors[0]))
        .tsa_certificate(parsed(running_pki.pki.timestamps.certificate))
        .build()
    )

    assert verifier.verify_message(answer, b"edXML")
    with pytest.raises(VerificationError):
        verifier.verify_message(answer, b"other")
    moment = answer.tst_info.gen_time
    assert moment == at if at is not None else before <= moment <= system_clock()
    assert running_pki.timestamp(b"edXML").startswith(b"\x30")


def test_every_address_in_a_seal_answers(running_pki: RunningPki) -> None:
    seal = parsed(running_pki.pki.seal("H37").certificate)
    points = seal.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    access = seal.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    places = {one.access_method: one.access_location.value for one in access}

    assert points[0].full_name is not None
    issued = x509.load_der_x509_crl(get(points[0].full_name[0].value))
    assert issued.issuer == seal.issuer
    issuer = x509.load_der_x509_certificate(get(places[AuthorityInformationAccessOID.CA_ISSUERS]))
    assert issuer == parsed(running_pki.pki.intermediate.certificate)
    assert places[AuthorityInformationAccessOID.OCSP].startswith(running_pki.url)


async def test_start_of_responders_whose_port_is_taken_says_so(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        pki = make_demo_pki(tmp_path, [], system_clock(), port=port)

        with pytest.raises(LocalServerError, match=f"{port}.* is in use"):
            await Responders(pki).start()


async def test_responders_that_end_at_once_are_reported_with_what_they_wrote(
    tmp_path: Path,
) -> None:
    pki = make_demo_pki(tmp_path, [], system_clock(), port=lasting_port())

    with pytest.raises(LocalServerError, match=r"(?s)did not start:.*--validity"):
        await Responders(pki, timedelta(0)).start()


async def test_responders_of_a_pki_without_a_port_are_refused(tmp_path: Path) -> None:
    pki = make_demo_pki(tmp_path, [], system_clock())

    with pytest.raises(LocalServerError, match="make it with a port"):
        await Responders(pki).start()
    await Responders(pki).stop()


async def test_installation_in_a_folder_ends_the_responders_of_its_pki(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "axis")
    make_demo_pki(installation.pki.folder, [], system_clock(), port=lasting_port())
    await installation.responders.start()
    assert installation.responders.running

    await installation.delete()

    assert not installation.responders.running
    assert not installation.folder.exists()
