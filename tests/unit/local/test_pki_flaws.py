"""Certificates with flaws: each has its own, and nothing else is wrong with it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from axis.errors import ConfigurationError
from axis.local.pki import DemoPki, add_flawed_keys, make_demo_pki
from axis.local.pki_config import Flaw
from axis.local.pki_revocation import write_revocation_lists
from axis.trust.certificates import load_certificates

AT = datetime(2025, 10, 6, tzinfo=UTC)
AGENCIES = [("G22", "Văn phòng Chính phủ"), ("H37", "UBND tỉnh"), ("H26", "UBND thành phố")]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    pki = make_demo_pki(tmp_path_factory.mktemp("pki"), AGENCIES, AT, rsa_agencies=())
    add_flawed_keys(pki, AT)
    return pki


def chain(pki: DemoPki, flaw: Flaw) -> list[x509.Certificate]:
    return [
        x509.load_der_x509_certificate(one.der)
        for one in load_certificates(pki.flawed(flaw).chain_file.read_bytes())
    ]


def flaws(pki: DemoPki, flaw: Flaw) -> set[str]:
    """Look for everything that could be wrong, without the code that judges signatures."""
    path = chain(pki, flaw)
    leaf, issuers = path[0], path[1:]
    revoked = {
        (entry_list.issuer, entry.serial_number)
        for entry_list in map(
            x509.load_der_x509_crl,
            (file.read_bytes() for file in write_revocation_lists(pki, AT).iterdir()),
        )
        for entry in entry_list
    }
    return {
        *_period(leaf),
        *_holder(pki, leaf),
        *_key(leaf),
        *_extensions(leaf),
        *_issuers(pki, path),
        *(
            Flaw.REVOKED if one is leaf else Flaw.REVOKED_ISSUER
            for one in path
            if (one.issuer, one.serial_number) in revoked
        ),
        *(
            Flaw.OUTLIVES_ISSUER
            for one, above in zip(path, issuers, strict=False)
            if one.not_valid_after_utc > above.not_valid_after_utc
        ),
    }


def _period(leaf: x509.Certificate) -> Iterable[str]:
    if leaf.not_valid_after_utc < AT:
        yield Flaw.EXPIRED
    if leaf.not_valid_before_utc > AT:
        yield Flaw.NOT_YET_VALID


def _holder(pki: DemoPki, leaf: x509.Certificate) -> Iterable[str]:
    seals = {
        code: x509.load_der_x509_certificate(pki.seal(code).certificate.der) for code, _ in AGENCIES
    }
    if leaf.subject in {seal.subject for seal in seals.values()}:
        yield Flaw.REKEYED
        return
    names = {name: code for code, name in AGENCIES}
    (name,) = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    codes = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
    if name.value in names and [code.value for code in codes] != [names[str(name.value)]]:
        yield Flaw.OTHER_AGENCY


def _key(leaf: x509.Certificate) -> Iterable[str]:
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        yield Flaw.RSA_1024
    elif isinstance(key, dsa.DSAPublicKey):
        yield Flaw.DSA
    elif isinstance(key, ed25519.Ed25519PublicKey):
        yield Flaw.ED25519
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name != "secp256r1":
        yield {"secp192r1": Flaw.SMALL_CURVE, "secp256k1": Flaw.SECP256K1}[key.curve.name]


def _extensions(leaf: x509.Certificate) -> Iterable[str]:
    found = {one.oid: one for one in leaf.extensions}
    usage = found.pop(x509.KeyUsage.oid, None)
    if usage is None:
        yield Flaw.NO_USAGE
    elif not usage.value.digital_signature:
        yield Flaw.NO_DIGITAL_SIGNATURE if usage.value.key_agreement else Flaw.NO_SIGNING_USAGE
    purposes = found.pop(x509.ExtendedKeyUsage.oid, None)
    if purposes is not None:
        yield {
            ExtendedKeyUsageOID.SERVER_AUTH: Flaw.SERVER_ONLY,
            ExtendedKeyUsageOID.TIME_STAMPING: Flaw.TIMESTAMPS_ONLY,
            ExtendedKeyUsageOID.CODE_SIGNING: Flaw.CODE_ONLY,
        }[next(iter(purposes.value))]
    if found.pop(x509.BasicConstraints.oid, None) is not None:
        yield Flaw.AUTHORITY
    if any(one.critical for one in found.values()):
        yield Flaw.UNKNOWN_EXTENSION


def _issuers(pki: DemoPki, path: list[x509.Certificate]) -> Iterable[str]:
    leaf, issuers = path[0], path[1:]
    if not issuers:
        leaf.verify_directly_issued_by(leaf)
        yield Flaw.SELF_SIGNED
        return
    for one, above in zip(path, issuers, strict=False):
        if one.issuer != above.subject or not _signed_by(one, above):
            yield "not issued by the next"
    if isinstance(leaf.signature_hash_algorithm, hashes.SHA1):
        yield Flaw.SHA1
    if issuers[-1] != x509.load_der_x509_certificate(pki.anchors[0].der):
        yield Flaw.OTHER_ROOT
    for below, issuer in enumerate(issuers):
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        if not constraints.ca:
            yield Flaw.ISSUER_NO_AUTHORITY
        # An authority may have as many authorities below it as its pathLenConstraint says.
        elif constraints.path_length < sum(_is_authority(one) for one in issuers[:below]):
            yield Flaw.PATH_TOO_LONG
        if any(one.oid == x509.NameConstraints.oid for one in issuer.extensions):
            yield Flaw.NAME_CONSTRAINTS


def _signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    key = authority.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert certificate.signature_hash_algorithm is not None
    algorithm = ec.ECDSA(certificate.signature_hash_algorithm)
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, algorithm)
    except InvalidSignature:
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


@pytest.mark.parametrize("flaw", list(Flaw))
def test_certificate_has_its_flaw_and_no_other(flaw: Flaw, pki: DemoPki) -> None:
    assert flaws(pki, flaw) == {flaw}


def test_constrained_issuer_may_name_another_organization_only(pki: DemoPki) -> None:
    leaf, issuer, _ = chain(pki, Flaw.NAME_CONSTRAINTS)
    constraints = issuer.extensions.get_extension_for_class(x509.NameConstraints)

    assert constraints.critical
    assert constraints.value.permitted_subtrees is not None
    (permitted,) = constraints.value.permitted_subtrees
    assert isinstance(permitted, x509.DirectoryName)
    assert len(permitted.value.rdns) == 2
    assert permitted.value.rdns[0] == leaf.subject.rdns[0]
    assert permitted.value.rdns[1] != leaf.subject.rdns[1]


def test_rekeyed_certificate_shares_nothing_with_the_seal_but_its_name(pki: DemoPki) -> None:
    seal, other = pki.seal("G22").certificate, pki.flawed(Flaw.REKEYED).certificate

    assert other.subject == seal.subject
    assert other.serial != seal.serial
    assert other.parsed().public_key() != seal.parsed().public_key()


def test_name_of_one_agency_stands_with_the_code_of_another(pki: DemoPki) -> None:
    certificate = pki.flawed(Flaw.OTHER_AGENCY).certificate

    assert certificate.common_name == "Văn phòng Chính phủ"
    assert certificate.organization_identifier == "H26"


def test_flaws_that_mix_up_agencies_need_two_of_them(tmp_path: Path) -> None:
    pki = make_demo_pki(tmp_path, AGENCIES[:1], AT + timedelta(days=1), rsa_agencies=())

    with pytest.raises(ConfigurationError, match="at least two agencies"):
        add_flawed_keys(pki, AT + timedelta(days=1))
