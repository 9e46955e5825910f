"""A new key for receipts, in a file or in a token, with the request for its certificate."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from axis.cli.files import make_folder, write_private
from axis.errors import ConfigurationError
from axis.settings import ReceiptSettings
from axis.tokens import TokenKey, TokenPlace, make_token_key
from axis.trust.keyfile import PrivateKey
from axis.trust.keys import KeyUnavailableError, certificates_of_key
from axis.trust.requests import certificate_request, read_subject

KEY_FILE: Final = "axis-receipts.key.pem"
REQUEST_FILE: Final = "axis-receipts.csr.pem"


@dataclass(frozen=True, slots=True)
class NewKey:
    """What was asked for; what is empty comes from the settings."""

    subject: str
    key_label: str
    """Names a key to be made in a token; empty for a key in a file."""
    token_label: str
    module: Path | None
    pin_file: Path | None


@dataclass(frozen=True, slots=True)
class MadeKey:
    """What was made."""

    key: str
    request: Path
    subject: str


def make_key(receipts: ReceiptSettings, folder: Path, wanted: NewKey) -> MadeKey:
    """Make the key and its request; raises ConfigurationError before anything is replaced."""
    subject = _subject(receipts, wanted.subject)
    token = _token(receipts, wanted)
    make_folder(folder)
    request, file = folder / REQUEST_FILE, folder / KEY_FILE
    for path in (request, file):
        if path.exists():
            raise ConfigurationError(
                f"Tệp «{path}» đã có; hãy chọn thư mục khác. / File «{path}» exists; choose another"
                " folder."
            )
    private: PrivateKey
    if token is None:
        private = ec.generate_private_key(ec.SECP256R1())
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(file, pem)
    else:
        private = token.open(make_token_key(token))
    try:
        write_private(request, certificate_request(private, subject))
    except KeyUnavailableError as error:
        raise ConfigurationError(str(error)) from error
    return MadeKey(str(token or file), request, subject.rfc4514_string())


def _subject(receipts: ReceiptSettings, wanted: str) -> x509.Name:
    if wanted:
        return read_subject(wanted)
    if receipts.certificate_file is not None:
        return certificates_of_key(receipts.certificate_file)[0].parsed().subject
    raise ConfigurationError(
        "Hãy cho biết chủ thể của chứng thư: --subject «CN=…,O=…,C=VN»."
        " / Say whose certificate it will be: --subject «CN=…,O=…,C=VN»."
    )


def _token(receipts: ReceiptSettings, wanted: NewKey) -> TokenKey | None:
    known = receipts.token
    module = wanted.module or (known and known.module)
    label = wanted.token_label or (known and known.token_label)
    pin_file = wanted.pin_file or (known and known.pin_file)
    if not wanted.key_label:
        if wanted.token_label or wanted.module or wanted.pin_file or known:
            raise ConfigurationError(
                "Hãy đặt nhãn cho khóa mới trong thẻ: --key-label."
                " / Name the new key in the token: --key-label."
            )
        return None
    if not module or not label or not pin_file:
        raise ConfigurationError(
            "Khóa trong thẻ cần --module, --token-label và --pin-file, hoặc receipts.token trong"
            " cấu hình. / A key in a token needs --module, --token-label and --pin-file, or"
            " receipts.token in the settings."
        )
    return TokenKey(TokenPlace(module, label, pin_file), wanted.key_label)
