"""Whom to ask about a certificate's revocation: the addresses that its issuer wrote into it.

Only certificates whose path to an anchor was proven are ever asked about, so nobody but a trusted
authority can name an address that the axis then calls.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from axis.trust.certificates import Certificate
from axis.trust.lists import scope_of, standings_by_list
from axis.trust.ocsp import standing_by_response
from axis.trust.paths import prove_path
from axis.trust.policy import SignaturePolicy
from axis.trust.standing import Source, Standing

MAX_ADDRESSES: Final = 4
"""Addresses tried of one kind in one certificate; authorities name one or two."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A certificate to be asked about."""

    path: tuple[Certificate, ...]
    """Its proven path, itself first, the anchor last."""
    scope: tuple[str, bytes, bool]
    """What it has in common with the others of its issuer's list."""
    lists: tuple[str, ...]
    """Where the list is to be had."""
    responders: tuple[str, ...]
    """Where OCSP answers are to be had."""

    @property
    def fingerprint(self) -> str:
        """The certificate's."""
        return self.path[0].fingerprint


QuestionKey = tuple[Source, object]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to fetch: a list for all the certificates of a scope, or an answer about one."""

    source: Source
    key: QuestionKey
    urls: tuple[str, ...]
    """Where it is to be had; any of them will do."""
    subjects: tuple[Subject, ...]

    def read(
        self, answer: bytes, policy: SignaturePolicy, nonce: bytes | None = None
    ) -> list[Standing]:
        """Return what an answer says, verified; raises InvalidInputError for bytes that are none.

        This is slow for a long list, and the bytes may be hostile.
        """
        if self.source is Source.CRL:
            return standings_by_list([one.path for one in self.subjects], answer, policy)
        standing = standing_by_response(self.subjects[0].path, answer, policy, nonce)
        return [] if standing is None else [standing]


def find_subjects(
    certificates: Iterable[Certificate],
    authorities: Iterable[Certificate],
    policy: SignaturePolicy,
    at: datetime,
) -> list[Subject]:
    """Return those certificates that can be proven, and every authority above them, each once.

    ``authorities`` are what signatures brought along, timestamp authorities among them.
    """
    known = tuple(authorities)
    found: dict[str, Subject] = {}
    timestamps = replace(policy, anchors=policy.timestamp_anchors)
    for certificate in (*certificates, *known, *policy.intermediates):
        proof, _ = prove_path(certificate, known, policy, at, "")
        if proof is None:
            proof, _ = prove_path(certificate, known, timestamps, at, "")
        if proof is None:
            continue
        path = (certificate, *proof.authorities, proof.anchor)
        for number, member in enumerate(path[:-1]):
            if member.fingerprint not in found and path[number] != proof.anchor:
                found[member.fingerprint] = _subject(path[number:])
    return list(found.values())


def questions_about(subjects: Sequence[Subject]) -> list[Question]:
    """Return what is to be fetched to know all about some certificates.

    One that names no list is looked for in that of others by the same issuer; whether the list is
    for it as well shows when it is verified.
    """
    of_issuer = {one.scope[0]: one.lists for one in subjects if one.lists}
    by_list: dict[tuple[object, tuple[str, ...]], list[Subject]] = {}
    questions = []
    for subject in subjects:
        urls = subject.lists or of_issuer.get(subject.scope[0], ())
        if urls:
            by_list.setdefault((subject.scope, urls), []).append(subject)
        if subject.responders:
            key = (Source.OCSP, subject.fingerprint)
            questions.append(Question(Source.OCSP, key, subject.responders, (subject,)))
    lists = [
        Question(Source.CRL, (Source.CRL, (scope, urls)), urls, tuple(members))
        for (scope, urls), members in by_list.items()
    ]
    return [*lists, *questions]


def _subject(path: Sequence[Certificate]) -> Subject:
    return Subject(
        path=tuple(path),
        scope=scope_of(path),
        lists=_addresses(_lists(path[0])),
        responders=_addresses(_responders(path[0])),
    )


def _lists(certificate: Certificate) -> Iterable[x509.GeneralName]:
    extensions = certificate.parsed().extensions
    try:
        points = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [name for point in points for name in point.full_name or ()]


def _responders(certificate: Certificate) -> Iterable[x509.GeneralName]:
    extensions = certificate.parsed().extensions
    try:
        places = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    asked = AuthorityInformationAccessOID.OCSP
    return [place.access_location for place in places if place.access_method == asked]


def _addresses(names: Iterable[x509.GeneralName]) -> tuple[str, ...]:
    """Return the addresses among some names that can be asked: plain HTTP.

    What comes back is signed; HTTPS would need trust in web servers, and to ask for their
    certificates' revocation in turn. LDAP is out of use.
    """
    urls = [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]
    return tuple(dict.fromkeys(url for url in urls if _askable(url)))[:MAX_ADDRESSES]


def _askable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
