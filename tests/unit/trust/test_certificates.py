"""Certificates as values, read from files that anyone may have written."""

import contextlib
import pickle
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from axis.errors import InvalidInputError
from axis.local.pki import DemoPki
from axis.trust.certificates import MAX_CERTIFICATE_BYTES, Certificate, load_certificates


def test_seal_certificate_carries_agency_name_code_and_validity(pki: DemoPki, at: datetime) -> None:
    certificate = pki.seal("G22").certificate

    assert certificate.common_name == "Văn phòng Chính phủ"
    assert certificate.organization_identifier == "G22"
    assert not certificate.is_authority
    assert certificate.not_before == at - timedelta(days=1)
    assert len(certificate.fingerprint) == 64


def test_root_is_an_authority_without_agency_code(pki: DemoPki) -> None:
    (root,) = pki.anchors

    assert root.is_authority
    assert root.organization_identifier is None
    assert root.subject == root.issuer


def test_load_pem_bundle_keeps_the_order(pki: DemoPki) -> None:
    signer, intermediate, root = load_certificates(pki.seal("G22").chain_file.read_bytes())

    assert signer.issuer == intermediate.subject
    assert intermediate.issuer == root.subject


def test_load_der_equals_pem(pki: DemoPki) -> None:
    certificate = pki.seal("G22").certificate
    der = certificate.parsed().public_bytes(Encoding.DER)

    assert load_certificates(der) == (certificate,)
    assert pickle.loads(pickle.dumps(certificate)) == certificate


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"0" * (MAX_CERTIFICATE_BYTES + 1),
    ],
)
def test_load_what_is_no_certificate_is_refused_in_both_languages(data: bytes) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read") as raised:
        load_certificates(data)
    assert "chứng thư số" in raised.value.diagnostics()


@given(st.binary(max_size=300))
def test_load_arbitrary_bytes_never_leaks_another_exception(data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        load_certificates(data)


@given(data=st.data())
def test_read_damaged_certificate_never_leaks_another_exception(
    data: st.DataObject, pki: DemoPki
) -> None:
    der = bytearray(pki.seal("G22").certificate.der)
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))

    with contextlib.suppress(InvalidInputError):
        Certificate.from_der(bytes(der))
