"""What the demo PKI's authorities answer, asked without HTTP; and HTTP's refusals."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st
from rfc3161_client import TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response

from axis.errors import InvalidInputError
from axis.local.pki import DemoPki, make_demo_pki
from axis.local.pki_config import CRL_PATH, OCSP_PATH, TIMESTAMP_PATH
from axis.local.pki_http import MAX_REQUEST_BYTES, create_app
from axis.local.pki_revocation import revoke_seal
from axis.local.pki_services import NoSuchServiceError, PkiServices
from axis.trust.certificates import Certificate

AT = datetime(2025, 10, 6, 3, 0, 0, 123456, tzinfo=UTC)
SECOND = AT.replace(microsecond=0)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    folder = tmp_path_factory.mktemp("pki")
    return make_demo_pki(folder, [("H37", "Tỉnh"), ("H26", "Hà Nội")], AT, rsa_agencies=())


@pytest.fixture(scope="module")
def services(pki: DemoPki) -> PkiServices:
    return PkiServices(pki.folder, timedelta(minutes=7))


def parsed(certificate: Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.der)


def question(pki: DemoPki, code: str) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        parsed(pki.seal(code).certificate), parsed(pki.intermediate.certificate), hashes.SHA256()
    )
    return builder.build().public_bytes(serialization.Encoding.DER)


def answer(services: PkiServices, pki: DemoPki, code: str, at: datetime) -> ocsp.OCSPResponse:
    return ocsp.load_der_ocsp_response(services.status("intermediate", question(pki, code), at))


def test_responder_is_delegated_by_the_authority_it_answers_for(
    services: PkiServices, pki: DemoPki
) -> None:
    (responder,) = answer(services, pki, "H37", AT).certificates

    responder.verify_directly_issued_by(parsed(pki.intermediate.certificate))
    purposes = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [x509.ExtendedKeyUsageOID.OCSP_SIGNING]
    assert responder.extensions.get_extension_for_class(x509.OCSPNoCheck)


def test_status_is_as_of_the_moment_and_holds_as_long_as_was_set(
    services: PkiServices, pki: DemoPki
) -> None:
    revoke_seal(pki, "H26", AT)

    before = answer(services, pki, "H26", AT - timedelta(seconds=1))
    after = answer(services, pki, "H26", AT)

    assert before.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert after.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert after.this_update_utc == SECOND
    assert after.next_update_utc == SECOND + timedelta(minutes=7)


def test_list_holds_as_long_as_was_set(services: PkiServices) -> None:
    issued = x509.load_der_x509_crl(services.revocation_list("root", AT))

    assert issued.last_update_utc == SECOND
    assert issued.next_update_utc == SECOND + timedelta(minutes=7)


def test_status_of_a_certificate_of_another_authority_is_not_answered(
    services: PkiServices, pki: DemoPki
) -> None:
    response = services.status("root", question(pki, "H37"), AT)

    refused = ocsp.load_der_ocsp_response(response)
    assert refused.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


def test_timestamp_is_of_the_moment_by_an_authority_with_that_one_purpose(
    services: PkiServices, pki: DemoPki
) -> None:
    long_ago = AT - timedelta(days=800)
    request = TimestampRequestBuilder().data(b"edXML").build()
    response = decode_timestamp_response(services.timestamp(request.as_bytes(), long_ago))
    root = parsed(pki.anchors[0])

    verifier = VerifierBuilder.from_request(request).add_root_certificate(root).build()
    assert verifier.verify_message(response, b"edXML")
    assert response.tst_info.gen_time == long_ago.replace(microsecond=0)
    authority = parsed(pki.timestamps.certificate)
    purposes = authority.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert purposes.critical
    assert list(purposes.value) == [x509.ExtendedKeyUsageOID.TIME_STAMPING]
    authority.verify_directly_issued_by(root)


def test_unknown_authority_is_refused_by_every_service(services: PkiServices) -> None:
    with pytest.raises(NoSuchServiceError):
        services.certificate("nobody")
    with pytest.raises(NoSuchServiceError):
        services.revocation_list("nobody", AT)
    with pytest.raises(NoSuchServiceError):
        services.status("nobody", b"", AT)


@given(data=st.binary(max_size=300), flip=st.integers(min_value=0), keep=st.booleans())
def test_requests_that_are_none_are_refused_and_never_crash(
    data: bytes, flip: int, keep: bool, services: PkiServices, pki: DemoPki
) -> None:
    """Random bytes, and real requests with one byte changed."""
    for real, ask in (
        (question(pki, "H37"), lambda body: services.status("intermediate", body, AT)),
        (
            TimestampRequestBuilder().data(b"x").build().as_bytes(),
            lambda body: services.timestamp(body, AT),
        ),
    ):
        spoilt = bytearray(real)
        spoilt[flip % len(real)] ^= 1 + flip % 255
        try:
            assert ask(bytes(spoilt) if keep else data)
        except InvalidInputError:
            continue


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (OCSP_PATH.format(authority="root"), b"no request", 400),
        (TIMESTAMP_PATH, b"no request", 400),
        (OCSP_PATH.format(authority="nobody"), b"", 404),
        (CRL_PATH.format(authority="root"), b"", 405),
        (TIMESTAMP_PATH, bytes(MAX_REQUEST_BYTES + 1), 413),
    ],
)
async def test_bad_request_over_http_is_refused(
    path: str, body: bytes, status: int, services: PkiServices
) -> None:
    async with TestClient(TestServer(create_app(services))) as client:
        response = await client.post(path, data=body)
        assert response.status == status


def test_services_need_the_folder_of_a_pki(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        PkiServices(tmp_path).certificate("root")
