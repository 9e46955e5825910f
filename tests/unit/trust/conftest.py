"""A PKI, sample messages, and a signer that also makes what no honest signer makes (`forge`)."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from lxml import etree

from axis.local.pki import DemoPki, add_flawed_keys, make_demo_pki
from axis.local.pki_config import Flaw
from axis.trust.certificates import load_certificates
from axis.trust.keys import SigningKey
from axis.trust.policy import SignaturePolicy
from axis.trust.sign import sign
from axis.trust.verify import SignatureVerdict, verify
from tests.attacks.forgery import Forgery

AT = datetime(2025, 10, 6, 2, 30, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "vectors" / "edxml"


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    pki = make_demo_pki(
        tmp_path_factory.mktemp("pki"),
        [("G22", "Văn phòng Chính phủ"), ("H37", "UBND tỉnh"), ("H26", "UBND thành phố")],
        AT,
    )
    add_flawed_keys(pki, AT)
    return pki


@pytest.fixture(scope="session")
def policy(pki: DemoPki) -> SignaturePolicy:
    return pki.policy()


@pytest.fixture(scope="session")
def rsa_key(pki: DemoPki) -> SigningKey:
    return pki.seal("G22").load()


@pytest.fixture(scope="session")
def ec_key(pki: DemoPki) -> SigningKey:
    return pki.seal("H37").load()


@pytest.fixture(scope="session")
def other_key(pki: DemoPki) -> SigningKey:
    return pki.seal("H26").load()


@pytest.fixture(scope="session")
def flawed_key(pki: DemoPki) -> Callable[[Flaw], SigningKey]:
    def load(flaw: Flaw) -> SigningKey:
        files = pki.flawed(flaw)
        key = load_pem_private_key(files.key_file.read_bytes(), None)
        return SigningKey.of(key, load_certificates(files.chain_file.read_bytes()))  # type: ignore[arg-type]

    return load


@pytest.fixture(scope="session")
def forge() -> type[Forgery]:
    return Forgery


@pytest.fixture(scope="session")
def at() -> datetime:
    return AT


@pytest.fixture(scope="session")
def sample() -> Callable[[str], bytes]:
    return lambda name: (SAMPLES / f"{name}.edxml").read_bytes()


@pytest.fixture(scope="session")
def status(sample: Callable[[str], bytes]) -> bytes:
    """The smallest real message."""
    return sample("status_01")


@pytest.fixture(scope="session")
def pem() -> Callable[[SigningKey], bytes]:
    return lambda key: key.certificate.parsed().public_bytes(Encoding.PEM)


@pytest.fixture
def check(
    policy: SignaturePolicy, at: datetime
) -> Callable[[bytes | etree._Element], SignatureVerdict]:
    def run(document: bytes | etree._Element) -> SignatureVerdict:
        data = document if isinstance(document, bytes) else etree.tostring(document)
        return verify(data, policy, at)

    return run


@pytest.fixture
def signed(status: bytes, ec_key: SigningKey) -> etree._Element:
    """A message with a good signature, for taking apart."""
    return etree.fromstring(sign(status, ec_key))
