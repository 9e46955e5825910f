"""What attacks are made of, keys and soundly signed documents, and who judges them."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from axis.edxml.parse import read_message
from axis.edxml.values import Message
from axis.facts import Capacity
from axis.local import pki_config
from axis.local.pki_config import Flaw
from axis.registry.agency import Endpoint
from axis.registry.directory import Directory
from axis.registry.mandates import Mandate
from axis.trust.keys import PrivateKey, SigningKey
from axis.trust.policy import SignaturePolicy
from axis.trust.sign import sign
from tests.attacks.forgery import Forgery
from tests.support.exchange import AGENCIES, ENDPOINTS
from tests.vectors.recipes.catalogue import VECTORS
from tests.vectors.recipes.workshop import AT, Workshop, make_workshop

AGENCY, RSA_AGENCY, OTHER_AGENCY = "G22", "H37.02", "G09"
CARRIER, WITHDRAWN, STRANGER = "G13", "G10", "X99"
"""Agencies with sound seals: the registry's right to sign as G22 is a carrier's, and has been
withdrawn; of the last nobody has heard."""

NOT_ENROLLED: Final = {Flaw.REKEYED}
"""Sound by itself, and in nobody's register."""

LETTER, RSA_LETTER, OTHER_LETTER = "sample-new-single-pdf", "sample-dotnet-dialect", "sample-reply"


@dataclass(frozen=True)
class Ground:
    """Three agencies' keys and documents; real ones of both producers, with real files."""

    workshop: Workshop

    @cached_property
    def directory(self) -> Directory:
        """The registry; flawed certificates are enrolled, so that others must refuse them."""
        pki = self.workshop.pki
        codes = {AGENCY: AGENCY, RSA_AGENCY: RSA_AGENCY, OTHER_AGENCY: OTHER_AGENCY, "H37": "H37"}
        terms = {
            CARRIER: {"capacity": Capacity.CARRIER},
            WITHDRAWN: {"revoked_at": AT - timedelta(days=1)},
        }
        mandates = [
            Mandate(pki.seal(seal).certificate.fingerprint, code) for seal, code in codes.items()
        ]
        mandates += [
            Mandate(pki.seal(seal).certificate.fingerprint, AGENCY, **term)  # type: ignore[arg-type]
            for seal, term in terms.items()
        ]
        mandates += [
            Mandate(pki.flawed(flaw).certificate.fingerprint, AGENCY)
            for flaw in Flaw
            if flaw not in NOT_ENROLLED
        ]
        endpoints = [Endpoint(name, f"Hệ thống {name}") for name in ENDPOINTS]
        return Directory(AGENCIES, endpoints, mandates)

    @cached_property
    def key(self) -> SigningKey:
        """The seal whose documents are attacked: EC P-256."""
        return self.workshop.key(AGENCY)

    @cached_property
    def rsa_key(self) -> SigningKey:
        """The seal of an agency with RSA-2048."""
        return self.workshop.key(RSA_AGENCY)

    @cached_property
    def other_key(self) -> SigningKey:
        """The sound seal of an agency that would like to speak for another one."""
        return self.workshop.key(OTHER_AGENCY)

    @cached_property
    def letter(self) -> bytes:
        """A document of the Java producer, not signed yet."""
        return unsigned(LETTER)

    @cached_property
    def rsa_letter(self) -> bytes:
        """A document of the .NET producer, not signed yet."""
        return unsigned(RSA_LETTER)

    @cached_property
    def signed(self) -> bytes:
        """The document that attacks begin with."""
        return sign(self.letter, self.key)

    @cached_property
    def rsa_signed(self) -> bytes:
        """The document that attacks on RSA begin with."""
        return sign(self.rsa_letter, self.rsa_key)

    @cached_property
    def another(self) -> bytes:
        """Another document, signed with the same key."""
        return sign(self.letter.replace(b"101", b"102"), self.key)

    @cached_property
    def foreign(self) -> bytes:
        """A document of another agency, soundly signed by that one."""
        return sign(unsigned(OTHER_LETTER), self.other_key)

    @cached_property
    def values(self) -> list[Message | None]:
        """What the documents say that may be read from an attack that changes nothing."""
        return [read_message(etree.fromstring(one))[0] for one in (self.signed, self.rsa_signed)]

    def tree(self) -> etree._Element:
        """Return the signed document for taking apart."""
        return etree.fromstring(self.signed)

    def flawed(self, flaw: Flaw) -> SigningKey:
        """Return a key whose certificate must be refused."""
        return self.workshop.key(flaw)

    def issuer(self) -> tuple[x509.Certificate, PrivateKey]:
        """Return the authority that issues seals, for certificates that nobody honest issues."""
        files = self.workshop.pki._files(pki_config.INTERMEDIATE)
        key = load_pem_private_key(files.key_file.read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        return files.certificate.parsed(), key

    @property
    def policy(self) -> SignaturePolicy:
        """The field's policy, which trusts the test PKI."""
        return self.workshop.pki.policy()

    def forge(self, **parts: object) -> bytes:
        """Return the document, signed with the agency's key and some part as nobody signs it."""
        parent = parts.pop("parent", None)
        document = parts.pop("document", self.letter)
        assert isinstance(document, bytes)
        forgery = Forgery(**{"key": self.key, **parts})  # type: ignore[arg-type]
        return forgery.sign(document, parent)  # type: ignore[arg-type]

    def forge_rsa(self, **parts: object) -> bytes:
        """Return the RSA agency's document likewise."""
        return self.forge(**{"key": self.rsa_key, "document": self.rsa_letter, **parts})


def make_ground(folder: Path) -> Ground:
    """Make keys into a folder."""
    return Ground(make_workshop(folder))


def unsigned(name: str) -> bytes:
    """Return one of the good vectors."""
    return (VECTORS / "good" / f"{name}.edxml").read_bytes()
