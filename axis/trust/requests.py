"""Certificate signing requests (PKCS #10, RFC 2986) for keys that sign receipts."""

from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from axis.errors import InvalidInputError
from axis.trust.keyfile import PrivateKey

MAX_SUBJECT_CHARS: Final = 1000
"""A distinguished name has a few attributes of at most 64 characters, most of them shorter."""

_USAGE: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
"""What a certificate for signing documents is asked to allow; checks of receipts demand it."""


def read_subject(text: str) -> x509.Name:
    """Read a distinguished name after RFC 4514: ``CN=Trục liên thông,O=…,C=VN``.

    Raises InvalidInputError for anything else.
    """
    try:
        if len(text) > MAX_SUBJECT_CHARS:
            raise ValueError(f"> {MAX_SUBJECT_CHARS}")
        name = x509.Name.from_rfc4514_string(text)
    except Exception as error:
        # ValueError for the syntax; lengths and characters that DER cannot hold raise others.
        raise InvalidInputError(
            f"Tên chủ thể không đọc được ({error}); ví dụ: CN=Trục liên thông,O=Bộ Nội vụ,C=VN"
            f" / The subject cannot be read ({error}); for example: CN=Trục liên"
            " thông,O=Bộ Nội vụ,C=VN"
        ) from error
    if not name.rdns:
        raise InvalidInputError("Thiếu tên chủ thể. / The subject is empty.")
    return name


def certificate_request(key: PrivateKey, subject: x509.Name) -> bytes:
    """Return a request (PEM) for a certificate that may sign documents, signed with the key.

    Raises KeyUnavailableError when the key is in a token that cannot be used.
    """
    request = (
        x509.CertificateSigningRequestBuilder(subject)
        .add_extension(_USAGE, critical=True)
        .sign(key, hashes.SHA256())
    )
    return request.public_bytes(Encoding.PEM)
