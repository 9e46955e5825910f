"""Certificates that are not good enough, each with exactly one flaw; their signatures are sound.

The registry knows all of them as seals of the agency: only the signature check stands against
them. Where a certificate is sound by itself and only not the agency's, authority does.
"""

import base64
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from axis.local.pki_config import Flaw
from axis.local.pki_revocation import write_revocation_lists
from axis.reasons import Reason
from axis.trust.certificates import load_certificates
from axis.trust.policy import SignaturePolicy
from tests.attacks.attack import Family
from tests.attacks.forgery import x509_data
from tests.attacks.ground import CARRIER, STRANGER, WITHDRAWN, Ground
from tests.vectors.recipes.workshop import AT

CERTIFICATES = Family("certificate", "Chứng thư số", "Certificates")

_UNTRUSTED, _USAGE = Reason.UNTRUSTED, Reason.KEY_USAGE
_WEAK, _ALGORITHM = Reason.KEY_TOO_WEAK, Reason.SIGNATURE_ALGORITHM


def with_lists(ground: Ground) -> SignaturePolicy:
    """Return the policy of somebody who has today's revocation lists."""
    pki = ground.workshop.pki
    lists = write_revocation_lists(pki, AT)
    return ground.policy.with_trust(
        pki.anchors, crls=[path.read_bytes() for path in sorted(lists.iterdir())]
    )


_FLAWS: Final = {
    Flaw.SELF_SIGNED: (_UNTRUSTED, "self-signed", "Signed by itself."),
    Flaw.OTHER_ROOT: (_UNTRUSTED, "issuer", "Issued by an authority that nobody trusts."),
    Flaw.EXPIRED: (Reason.CERTIFICATE_EXPIRED, "", "Expired a year ago."),
    Flaw.NOT_YET_VALID: (Reason.CERTIFICATE_NOT_YET_VALID, "", "Valid from next year on."),
    Flaw.REVOKED: (Reason.CERTIFICATE_REVOKED_BY_ISSUER, "", "Revoked by its issuer."),
    Flaw.REVOKED_ISSUER: (
        Reason.CERTIFICATE_REVOKED_BY_ISSUER, "CA ", "Its issuer's certificate is revoked."),
    Flaw.NO_SIGNING_USAGE: (_USAGE, "", "For encryption of keys only."),
    Flaw.NO_DIGITAL_SIGNATURE: (_USAGE, "", "For key agreement only."),
    Flaw.NO_USAGE: (_USAGE, "", "Does not say what for."),
    Flaw.SERVER_ONLY: (_USAGE, "", "For TLS servers only."),
    Flaw.CODE_ONLY: (_USAGE, "", "For programs only."),
    Flaw.TIMESTAMPS_ONLY: (_USAGE, "", "For timestamps only."),
    Flaw.AUTHORITY: (_USAGE, "", "An authority's own."),
    Flaw.ISSUER_NO_AUTHORITY: (_UNTRUSTED, "intermediate", "Issued under CA:false."),
    Flaw.PATH_TOO_LONG: (_UNTRUSTED, "maximum path length", "One authority too many below."),
    Flaw.NAME_CONSTRAINTS: (_UNTRUSTED, "not all names", "A name that its issuer may not certify."),
    Flaw.UNKNOWN_EXTENSION: (_UNTRUSTED, "critical", "A critical extension that nobody knows."),
    Flaw.SHA1: (_UNTRUSTED, "sha1", "Issued under a SHA-1 signature."),
    Flaw.RSA_1024: (_WEAK, "RSA 1024", "RSA with 1024 bits."),
    Flaw.SMALL_CURVE: (_WEAK, "secp192r1", "EC P-192."),
    Flaw.SECP256K1: (_ALGORITHM, "secp256k1", "A strong curve that no policy lists."),
}  # fmt: skip
_WITH_LISTS: Final = {Flaw.REVOKED, Flaw.REVOKED_ISSUER}


def _by(flaw: Flaw) -> Callable[[Ground], bytes]:
    return lambda ground: ground.forge(key=ground.flawed(flaw))


for _flaw, (_reason, _because, _about) in _FLAWS.items():
    CERTIFICATES.add(
        _flaw.value,
        _about,
        _by(_flaw),
        _reason,
        because=_because,
        policy=with_lists if _flaw in _WITH_LISTS else None,
    )


def _by_seal(agency: str, ground: Ground) -> bytes:
    return ground.forge(key=ground.workshop.key(agency))


_OTHER = Reason.CERTIFICATE_OF_OTHER_AGENCY
for _name, _agency, _code, _about in (
    ("of-another-agency", "G09", _OTHER, "Another agency's seal."),
    ("of-another-level", "H37", _OTHER, "A province's seal."),
    ("of-the-carrier", CARRIER, Reason.CARRIER_ONLY, "The seal of the platform that carries it."),
    ("withdrawn", WITHDRAWN, Reason.CERTIFICATE_REVOKED, "The registry has withdrawn the right."),
    ("nobodys", STRANGER, Reason.CERTIFICATE_NOT_ENROLLED, "A seal that nobody enrolled."),
):
    CERTIFICATES.add(_name, _about, partial(_by_seal, _agency), stopped=(_code,))

CERTIFICATES.add(
    Flaw.REKEYED.value,
    "The agency's very name, by the same authority, with another key.",
    _by(Flaw.REKEYED),
    stopped=(Reason.CERTIFICATE_NOT_ENROLLED,),
)
CERTIFICATES.add(
    Flaw.OTHER_AGENCY.value,
    "Enrolled as the agency's, but its organizationIdentifier names another agency.",
    _by(Flaw.OTHER_AGENCY),
    stopped=(Reason.CERTIFICATE_OF_OTHER_ORGANISATION,),
)
CERTIFICATES.add(
    Flaw.OUTLIVES_ISSUER.value,
    "Valid longer than its issuer: RFC 5280 allows it, and today both are valid.",
    _by(Flaw.OUTLIVES_ISSUER),
)


@CERTIFICATES.attack(Reason.CERTIFICATE_REVOKED_BY_ISSUER, policy=with_lists)
def revoked_with_an_older_list_of_its_own(ground: Ground) -> bytes:
    """A revoked certificate brings along a list of its issuer's from before it was revoked."""
    pki = ground.workshop.pki
    before = write_revocation_lists(pki, AT - timedelta(days=2))
    older = base64.b64encode((before / "intermediate.crl").read_bytes()).decode()
    key = ground.flawed(Flaw.REVOKED)
    info = x509_data(key.certificate, *key.authorities)
    info = info.replace("</X509Data>", f"<X509CRL>{older}</X509CRL></X509Data>")
    return ground.forge(key=key, key_info=f"<KeyInfo>{info}</KeyInfo>")


def _with_certificate_of(flaw: Flaw, ground: Ground) -> bytes:
    files = ground.workshop.pki.flawed(flaw)
    chain = load_certificates(files.chain_file.read_bytes())
    return ground.forge(key_info=f"<KeyInfo>{x509_data(chain[0])}</KeyInfo>")


for _flaw in (Flaw.DSA, Flaw.ED25519):
    CERTIFICATES.add(
        _flaw.value,
        f"The only certificate has a key of {_flaw.value.upper()}.",
        partial(_with_certificate_of, _flaw),
        Reason.SIGNATURE_MALFORMED,
        because="no certificate with a key of this algorithm",
    )
