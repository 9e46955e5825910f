"""A PKI for demonstrations and tests, made with certomancer into a folder of its own.

Its keys lie unprotected on disk, so nothing outside a demonstration may ever trust its root.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from asn1crypto import pem
from certomancer.registry import CertLabel
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from axis.errors import ConfigurationError
from axis.local import pki_config
from axis.local.pki_config import Flaw
from axis.local.pki_entries import Config, address, key_file_name, labels
from axis.local.pki_flaws import KEYS, Key, add_flawed, flaw_label
from axis.local.pki_folder import (
    exclusive,
    open_architecture,
    read_configuration,
    store_configuration,
    write_private,
)
from axis.trust.certificates import Certificate, load_certificates
from axis.trust.keys import SigningKey
from axis.trust.policy import SignaturePolicy

RSA_AGENCIES: Final = frozenset({"G22", "H37.02"})
"""Agencies whose demo keys are RSA-2048: enough to show both kinds; EC keys are made faster."""

DEMO_PERSONS: Final = {
    "G22": ("Nguyễn Văn Thử", "Trần Thị Mẫu"),
    "H37": ("Lê Văn Thử Nghiệm",),
    "H26": ("Phạm Thị Ví Dụ",),
}
"""Persons with certificates of their own, by agency; their names say that nobody is meant."""

_SAFE_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.]{0,34}")
"""Agency codes become file names, so only their regular letters are allowed."""


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """A private key with its certificate, as PEM files."""

    key_file: Path
    """The private key, mode 600."""
    certificate_file: Path
    """The certificate alone: what is enrolled in the registry."""
    chain_file: Path
    """The certificate with the authorities that lead to the root: what signs."""

    @property
    def certificate(self) -> Certificate:
        """The signer's certificate."""
        return load_certificates(self.certificate_file.read_bytes())[0]

    def load(self) -> SigningKey:
        """Return the signing key as the axis and its clients load it."""
        return SigningKey.load(self.key_file, self.chain_file)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate of the PKI, as `axis pki show` lists it."""

    name: str
    """Label in the configuration, and name of its files."""
    subject: str
    not_after: datetime
    revoked_since: datetime | None


@dataclass(frozen=True)
class DemoPki:
    """A folder with a demo PKI: what it holds and where."""

    folder: Path

    @property
    def anchor_file(self) -> Path:
        """The root certificate as PEM: what goes into a folder of trust anchors."""
        return self.folder / "anchors" / "root.pem"

    @property
    def crl_folder(self) -> Path:
        """The authorities' revocation lists (DER), once `axis.local.pki_revocation` made them."""
        return self.folder / "crls"

    @property
    def address(self) -> str | None:
        """Where its responders answer by its certificates: ``http://127.0.0.1:PORT``, or None."""
        return address(read_configuration(self.folder))

    @property
    def timestamp_url(self) -> str | None:
        """Where timestamps (RFC 3161) are to be had, or None."""
        place = self.address
        return None if place is None else place + pki_config.TIMESTAMP_PATH

    @property
    def receipts(self) -> KeyFiles:
        """The key with which the axis signs receipts (EC P-256)."""
        return self._files(pki_config.RECEIPTS)

    def seal(self, code: str) -> KeyFiles:
        """Return the seal (con dấu số) of an agency by its code."""
        return self._files(pki_config.seal_label(code))

    def person(self, code: str, number: int = 1) -> KeyFiles:
        """Return the key of a person of an agency (`DEMO_PERSONS`), counted from 1."""
        return self._files(pki_config.person_label(code, number))

    @property
    def timestamps(self) -> KeyFiles:
        """The timestamp authority's key and certificate, issued by the root."""
        return self._files(pki_config.TIMESTAMPS)

    @property
    def intermediate(self) -> KeyFiles:
        """The key and certificate of the authority that issues seals."""
        return self._files(pki_config.INTERMEDIATE)

    def flawed(self, flaw: Flaw) -> KeyFiles:
        """Return a key whose certificate must be refused, after `add_flawed_keys`."""
        return self._files(flaw_label(flaw))

    def issued(self) -> list[Issued]:
        """Return every certificate that it holds, in the order in which they were made."""
        config = read_configuration(self.folder)
        found = []
        for label in labels(config):
            certificate = self._files(label).certificate
            since = pki_config.revoked_since(config, label)
            found.append(Issued(label, certificate.subject, certificate.not_after, since))
        return found

    @cached_property
    def anchors(self) -> tuple[Certificate, ...]:
        """The trust anchors: the demo root."""
        return load_certificates(self.anchor_file.read_bytes())

    def policy(self, profile: SignaturePolicy | None = None) -> SignaturePolicy:
        """Return a profile, `FIELD` unless another is given, that trusts this PKI."""
        # Only here: reading profiles would double the time in which responders start.
        from axis.trust.profiles import FIELD

        return (profile or FIELD).with_trust(self.anchors)

    def _files(self, label: str) -> KeyFiles:
        return KeyFiles(
            self.folder / "keys" / key_file_name(label),
            self.folder / "certificates" / f"{label}.pem",
            self.folder / "chains" / f"{label}.pem",
        )


def make_demo_pki(
    folder: Path,
    agencies: Iterable[tuple[str, str]],
    at: datetime,
    *,
    rsa_agencies: Collection[str] = RSA_AGENCIES,
    persons: Mapping[str, Sequence[str]] = DEMO_PERSONS,
    port: int | None = None,
) -> DemoPki:
    """Make the PKI, or add what is missing to the one that the folder holds already.

    ``agencies`` are pairs of code and name, ``persons`` the names of those who get certificates,
    by agency. With a ``port``, new certificates say that responders (`axis.local.responders`)
    answer on it, on 127.0.0.1; it is chosen once: a PKI that names another keeps that.

    What exists is kept byte for byte, so a second run
    changes nothing. Raises ConfigurationError for a code that cannot be a file name and for a
    folder whose certificates are not valid at this moment any more.
    """
    pki = DemoPki(folder)
    with exclusive(folder):
        config = load_configuration(folder, at)
        pki_config.complete(config, at, port)
        for code, name in agencies:
            if not _SAFE_CODE.fullmatch(code):
                raise ConfigurationError(
                    f"Mã cơ quan «{code}» không dùng được cho PKI thử nghiệm."
                    f" / Agency code «{code}» cannot be used in the demo PKI."
                )
            label = pki_config.seal_label(code)
            if label not in labels(config):
                pki_config.add_seal(config, code, name, at)
                if code in rsa_agencies:
                    _write_key(pki, label, rsa.generate_private_key(65537, 2048))
            for number, person in enumerate(persons.get(code, ()), start=1):
                pki_config.add_person(config, code, number, person, name, at)
        _issue(pki, config)
    return pki


def add_flawed_keys(pki: DemoPki, at: datetime) -> None:
    """Add one key with a certificate for each flaw, for tests of refusals."""
    with exclusive(pki.folder):
        config = load_configuration(pki.folder, at)
        for flaw in Flaw:
            label = flaw_label(flaw)
            if label not in labels(config):
                add_flawed(config, flaw, at)
                if flaw in KEYS:
                    _write_key(pki, label, KEYS[flaw]())
        _issue(pki, config)


def load_configuration(folder: Path, at: datetime) -> Config:
    """Return the folder's configuration, or that of a new PKI.

    Raises ConfigurationError when its root is not valid at this moment.
    """
    config = read_configuration(folder)
    if not labels(config):
        return config
    root = DemoPki(folder).anchors[0]
    if not root.not_before <= at <= root.not_after:
        raise ConfigurationError(
            f"PKI thử nghiệm trong {folder} không còn hiệu lực; hãy xóa thư mục này."
            f" / The demo PKI in {folder} is not valid at {at:%Y-%m-%d}; remove the folder."
        )
    return config


def _issue(pki: DemoPki, config: Config) -> None:
    """Make missing keys, let certomancer issue missing certificates, store all of it."""
    missing = pki_config.unpinned(config)
    if not missing:
        return
    for name in ("keys", "certificates", "chains", "anchors"):
        (pki.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    for label in labels(config):
        if not pki._files(label).key_file.exists():
            _write_key(pki, label, ec.generate_private_key(ec.SECP256R1()))
    issuer = open_architecture(pki.folder, config)
    for label in missing:
        files = pki._files(label)
        own = _pem(issuer.get_cert(CertLabel(label)))
        above = [_pem(issuer.get_cert(member)) for member in issuer.get_chain(CertLabel(label))]
        write_private(files.chain_file, own + b"".join(above))
        write_private(files.certificate_file, own)
        certificate_file = files.certificate_file.relative_to(pki.folder)
        pki_config.pin_certificate(config, label, str(certificate_file))
    write_private(pki.anchor_file, _pem(issuer.get_cert(CertLabel(pki_config.ROOT))))
    store_configuration(pki.folder, config)


def _write_key(pki: DemoPki, label: str, key: Key) -> None:
    file = pki._files(label).key_file
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _pem(certificate: Any) -> bytes:
    armored: bytes = pem.armor("CERTIFICATE", certificate.dump())
    return armored
