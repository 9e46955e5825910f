"""Loading a signing key: only a safe file, only a key that fits its certificate."""

import pickle
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from signxml.algorithms import SignatureMethod

from axis.errors import ConfigurationError
from axis.local.pki import DemoPki
from axis.trust.keyfile import PrivateKey
from axis.trust.keys import HeldKey, SigningKey


def write_key(
    path: Path, key: PrivateKey | ed25519.Ed25519PrivateKey, password: bytes | None = None
) -> Path:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    path.chmod(0o600)
    return path


def test_load_key_and_chain_gives_certificate_and_authorities(pki: DemoPki) -> None:
    files = pki.seal("G22")

    key = SigningKey.load(files.key_file, files.chain_file)

    assert key.certificate == files.certificate
    assert [authority.is_authority for authority in key.authorities] == [True]


@pytest.mark.parametrize(
    ("agency", "method"),
    [("G22", SignatureMethod.RSA_SHA256), ("H37", SignatureMethod.ECDSA_SHA256)],
)
def test_method_follows_the_kind_of_key(agency: str, method: SignatureMethod, pki: DemoPki) -> None:
    assert pki.seal(agency).load().method is method


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777, 0o610])
def test_load_key_file_open_to_others_is_refused_with_the_command_to_run(
    mode: int, pki: DemoPki, tmp_path: Path
) -> None:
    copy = tmp_path / "key.pem"
    copy.write_bytes(pki.seal("G22").key_file.read_bytes())
    copy.chmod(mode)

    with pytest.raises(ConfigurationError, match="chmod 600"):
        SigningKey.load(copy, pki.seal("G22").chain_file)


def test_load_key_of_another_certificate_is_refused(pki: DemoPki) -> None:
    with pytest.raises(ConfigurationError, match="does not belong"):
        SigningKey.load(pki.seal("G22").key_file, pki.seal("H37").chain_file)


def test_load_missing_files_are_named(pki: DemoPki, tmp_path: Path) -> None:
    files = pki.seal("G22")

    with pytest.raises(ConfigurationError, match=r"nowhere\.pem"):
        SigningKey.load(tmp_path / "nowhere.pem", files.chain_file)
    with pytest.raises(ConfigurationError, match=r"nowhere\.pem"):
        SigningKey.load(files.key_file, tmp_path / "nowhere.pem")


def test_load_encrypted_key_says_so(pki: DemoPki, tmp_path: Path) -> None:
    path = write_key(tmp_path / "key.pem", ec.generate_private_key(ec.SECP256R1()), b"secret")

    with pytest.raises(ConfigurationError, match="password"):
        SigningKey.load(path, pki.seal("G22").chain_file)


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\n", b"x" * 99_999]
)
def test_load_file_that_is_no_key_says_so(content: bytes, pki: DemoPki, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(ConfigurationError, match="not a PEM private key"):
        SigningKey.load(path, pki.seal("G22").chain_file)


@pytest.mark.parametrize("content", [b"", b"not a certificate"])
def test_load_file_that_is_no_certificate_names_the_file(
    content: bytes, pki: DemoPki, tmp_path: Path
) -> None:
    path = tmp_path / "certificate.pem"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"certificate\.pem"):
        SigningKey.load(pki.seal("G22").key_file, path)


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 1024),
        ec.generate_private_key(ec.SECP192R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["rsa-1024", "p-192", "ed25519"],
)
def test_load_key_that_no_policy_accepts_is_refused(
    key: PrivateKey | ed25519.Ed25519PrivateKey, pki: DemoPki, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="cannot be used"):
        SigningKey.load(write_key(tmp_path / "key.pem", key), pki.seal("G22").chain_file)


def test_representation_and_errors_never_show_the_key(pki: DemoPki) -> None:
    key = pki.seal("H37").load()

    assert isinstance(key.source, HeldKey)
    assert key.source.pkcs8.hex()[-64:] not in repr(key)
    assert str(key.source.pkcs8)[2:20] not in repr(key)


def test_pickled_key_signs_in_another_process(pki: DemoPki) -> None:
    key = pki.seal("H37").load()
    assert key.private

    copy = pickle.loads(pickle.dumps(key))

    assert copy == key
    assert copy.private.private_numbers() == key.private.private_numbers()
