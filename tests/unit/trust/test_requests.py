"""Requests for certificates: what an authority reads from them."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from axis.errors import InvalidInputError
from axis.trust.requests import certificate_request, read_subject

SUBJECT = "CN=Trục liên thông văn bản,O=Bộ Nội vụ,C=VN"


def test_request_names_subject_and_purpose_and_is_signed_by_its_key() -> None:
    key = ec.generate_private_key(ec.SECP256R1())

    request = x509.load_pem_x509_csr(certificate_request(key, read_subject(SUBJECT)))

    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == SUBJECT
    assert request.public_key() == key.public_key()
    usage = request.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign


@pytest.mark.parametrize("text", ["", "Trục", "CN", "CN=", "C=Việt Nam", f"CN={'x' * 2000}"])
def test_subject_that_is_no_name_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInputError):
        read_subject(text)


@given(st.text(max_size=60))
def test_any_text_is_a_subject_or_refused(text: str) -> None:
    try:
        name = read_subject(text)
    except InvalidInputError:
        return
    certificate_request(ec.generate_private_key(ec.SECP256R1()), name)
