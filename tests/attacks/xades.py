"""XAdES: properties that lie, references that lead astray, timestamps of others.

Some are made by whoever can only change bytes underway, some by the key's owner, who would like to
have signed at another time or with another certificate.
"""

import base64
import hashlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from axis.facts import SignatureLevel
from axis.local.pki_config import Flaw
from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import STRICT
from axis.trust.sign import Timestamper, sign
from tests.attacks.attack import Family
from tests.attacks.certificates import with_lists
from tests.attacks.ground import Ground
from tests.attacks.surgery import signature_of, written
from tests.support.qualified import DS, XADES, find, resigned, stamper, token
from tests.vectors.recipes.workshop import AT

QUALIFIED = Family("xades", "XAdES, dấu thời gian", "XAdES and timestamps")

_F, _A, _P, _ALGORITHM = (
    Reason.SIGNATURE_MALFORMED,
    Reason.ALTERED,
    Reason.SIGNATURE_PROPERTIES,
    Reason.SIGNATURE_ALGORITHM,
)
_DAY = timedelta(days=1)
_XML = XADES[1:-1]

Edit = Callable[[etree._Element], object]


def _basic(ground: Ground, key: SigningKey | None = None) -> etree._Element:
    signed = sign(ground.letter, key or ground.key, level=SignatureLevel.BASIC, at=AT)
    return etree.fromstring(signed)


def _stamped(
    ground: Ground, stamp: Timestamper | None = None, key: SigningKey | None = None
) -> etree._Element:
    signed = sign(
        ground.letter,
        key or ground.key,
        level=SignatureLevel.TIMESTAMPED,
        at=AT,
        timestamp=stamp or stamper(_authority(ground), AT),
    )
    return etree.fromstring(signed)


def _authority(ground: Ground) -> SigningKey:
    return ground.workshop.pki.timestamps.load()


def _underway(
    name: str, about: str, edit: Edit, *refused: Reason, because: str = "", stamped: bool = False
) -> None:
    """Enter an attack that changes a signed document."""

    def make(ground: Ground) -> bytes:
        root = _stamped(ground) if stamped else _basic(ground)
        edit(root)
        return written(root)

    QUALIFIED.add(name, about, make, *refused, because=because)


def _by_the_owner(name: str, about: str, edit: Edit, *refused: Reason, because: str = "") -> None:
    """Enter an attack by the key's owner, who signs what nobody honest would."""

    def make(ground: Ground) -> bytes:
        root = _basic(ground)
        edit(root)
        return resigned(root, ground.key)

    QUALIFIED.add(name, about, make, *refused, because=because)


# -- the Object and its references ---------------------------------------------------------------


def _set(name: str, attribute: str, value: str) -> Edit:
    return lambda root: find(root, name).set(attribute, value)


def _drop(name: str) -> Edit:
    def edit(root: etree._Element) -> None:
        element = find(root, name)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return edit


def _id(root: etree._Element, name: str) -> str:
    return find(root, name).get("Id", "")


def _second_reference(root: etree._Element) -> etree._Element:
    return root.findall(f".//{DS}Reference")[1]


def _evil_properties(root: etree._Element) -> etree._Element:
    """Return properties that say another time, under another id."""
    evil = deepcopy(find(root, "SignedProperties"))
    evil.set("Id", "evil")
    find(evil, "SigningTime").text = "2026-02-28T00:00:00Z"
    return evil


_underway(
    "target-of-another",
    "QualifyingProperties say that they qualify another signature; Target is not signed.",
    _set("QualifyingProperties", "Target", "#other"),
    _F,
    because="Target",
)


@QUALIFIED.attack(_A)
def properties_of_another_signature(ground: Ground) -> bytes:
    """The signed properties of another signature by the same key, under the id of the own."""
    root, other = (
        _basic(ground),
        etree.fromstring(
            sign(ground.letter, ground.key, level=SignatureLevel.BASIC, at=AT - timedelta(hours=1))
        ),
    )
    own, foreign = find(root, "SignedProperties"), find(other, "SignedProperties")
    foreign.set("Id", own.get("Id", ""))
    find(foreign, "DataObjectFormat").set(
        "ObjectReference", find(own, "DataObjectFormat").get("ObjectReference", "")
    )
    own.addnext(foreign)
    _drop("SignedProperties")(root)
    return written(root)


@QUALIFIED.attack(_F)
def object_of_another_signature(ground: Ground) -> bytes:
    """The whole Object of another signature."""
    root, other = (
        _basic(ground),
        etree.fromstring(
            sign(ground.letter, ground.key, level=SignatureLevel.BASIC, at=AT - timedelta(hours=1))
        ),
    )
    find(root, "Object").addnext(find(other, "Object"))
    _drop("Object")(root)
    return written(root)


def _moved_to_unsigned(root: etree._Element) -> None:
    signed = find(root, "SignedProperties")
    signed.addprevious(_evil_properties(root))
    unsigned = etree.SubElement(find(root, "QualifyingProperties"), f"{XADES}UnsignedProperties")
    inner = etree.SubElement(unsigned, f"{XADES}UnsignedSignatureProperties")
    etree.SubElement(inner, f"{XADES}CertificateValues").append(signed)


_underway(
    "signed-properties-wrapped",
    "The signed properties hide among the unsigned ones; where they stood, others say otherwise.",
    _moved_to_unsigned,
    _F,
    because="xades:SignedProperties",
)


def _moved_to_second_object(root: etree._Element) -> None:
    signed = find(root, "SignedProperties")
    signed.addprevious(_evil_properties(root))
    etree.SubElement(signature_of(root), f"{DS}Object").append(signed)


_underway(
    "signed-properties-in-another-object",
    "The signed properties get an Object of their own; where they stood, others say otherwise.",
    _moved_to_second_object,
    _F,
    because="Object, Object",
)


def _two_signed_properties(root: etree._Element) -> None:
    find(root, "SignedProperties").addprevious(_evil_properties(root))


_underway(
    "signed-properties-twice",
    "Other properties stand before those that the reference leads to.",
    _two_signed_properties,
    _F,
    because="SignedProperties, SignedProperties",
)
for _spelling in ("Id", "ID", "id"):
    _underway(
        f"id-doubled-{_spelling}",
        f"KeyInfo has the id of the signed properties, as {_spelling}: verifiers differ in which"
        " they find.",
        lambda root, spelling=_spelling: find(root, "KeyInfo").attrib.update(
            {spelling: _id(root, "SignedProperties")}
        ),
        _F,
        because="not unique",
    )
_underway(
    "object-dropped",
    "The Object is taken away, the reference to it stays.",
    _drop("Object"),
    _F,
    because="2 ds:Reference",
)
_underway(
    "second-object",
    "A second Object rides along.",
    lambda root: etree.SubElement(signature_of(root), f"{DS}Object"),
    _F,
    because="Object, Object",
)
_underway(
    "manifest-in-object",
    "A Manifest, whose references nobody checks, stands beside the properties.",
    lambda root: etree.SubElement(find(root, "Object"), f"{DS}Manifest"),
    _F,
    because="Manifest",
)
_underway(
    "text-in-object",
    "Words that nobody signed stand in the Object.",
    lambda root: setattr(find(root, "QualifyingProperties"), "tail", "đồng ý"),
    _F,
)
_underway(
    "qualifying-properties-reference",
    "QualifyingPropertiesReference fetches the properties from somewhere else.",
    lambda root: find(root, "Object").append(
        etree.Element(f"{XADES}QualifyingPropertiesReference", URI="http://evil.example/q")
    ),
    _F,
    because="QualifyingPropertiesReference",
)
_by_the_owner(
    "reference-to-object",
    "The second reference leads to the Object instead of the signed properties.",
    lambda root: (
        find(root, "Object").set("Id", "object"),
        _second_reference(root).set("URI", "#object"),
    ),
    _F,
    because="#object",
)
_by_the_owner(
    "reference-with-two-hashes",
    "The reference says ##id; signxml takes every # off.",
    lambda root: _second_reference(root).set("URI", f"##{_id(root, 'SignedProperties')}"),
    _F,
)
_by_the_owner(
    "reference-of-no-type",
    "Nothing says that the second reference is to signed properties.",
    lambda root: _second_reference(root).attrib.pop("Type"),
    _F,
    because="Type",
)
_by_the_owner(
    "reference-to-a-manifest-by-type",
    "The second reference says that it is to a Manifest.",
    lambda root: _second_reference(root).set("Type", f"{DS[1:-1]}Manifest"),
    _F,
    because="Manifest",
)


def _transformed(*algorithms: str) -> Edit:
    def edit(root: etree._Element) -> None:
        steps = etree.Element(f"{DS}Transforms")
        for algorithm in algorithms:
            etree.SubElement(steps, f"{DS}Transform", Algorithm=algorithm)
        _second_reference(root).insert(0, steps)

    return edit


for _name, _algorithm in (
    ("xpath", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
    ("xslt", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
    ("base64", f"{DS[1:-1]}base64"),
    ("enveloped", f"{DS[1:-1]}enveloped-signature"),
):
    _by_the_owner(
        f"properties-transformed-{_name}",
        f"A transform ({_name}) stands between the properties and their digest.",
        _transformed(_algorithm),
        _ALGORITHM,
    )


# -- what properties say -------------------------------------------------------------------------

_underway(
    "signing-time-changed",
    "The claimed time is changed after signing.",
    lambda root: setattr(find(root, "SigningTime"), "text", "2026-02-28T00:00:00Z"),
    _A,
)
for _name, _moment in (("before-the-certificate", AT - 400 * _DAY), ("tomorrow", AT + _DAY)):
    _by_the_owner(
        f"signing-time-{_name}",
        f"The signer says that it signed {_name.replace('-', ' ')}.",
        lambda root, moment=_moment: setattr(find(root, "SigningTime"), "text", moment.isoformat()),
        Reason.SIGNING_TIME,
    )


@QUALIFIED.attack(Reason.CERTIFICATE_EXPIRED)
def signing_time_backdated(ground: Ground) -> bytes:
    """With a certificate that has expired, the signer says that it signed while it was valid."""
    key = ground.flawed(Flaw.EXPIRED)
    at = key.certificate.not_after - _DAY
    return sign(ground.letter, key, level=SignatureLevel.BASIC, at=at)


for _name in ("SigningTime", "SigningCertificateV2"):
    _by_the_owner(
        f"without-{_name}",
        f"The signer leaves {_name} out.",
        _drop(_name),
        _P,
        because=_name,
    )


def _names_certificate(digest: str, value: bytes) -> Edit:
    def edit(root: etree._Element) -> None:
        method, found = find(root, "CertDigest")
        method.set("Algorithm", digest)
        found.text = base64.b64encode(value).decode()

    return edit


@QUALIFIED.attack(Reason.SIGNING_CERTIFICATE)
def certificate_digest_of_another(ground: Ground) -> bytes:
    """The signed properties name another agency's certificate."""
    root = _basic(ground)
    other = hashlib.sha256(ground.other_key.certificate.der).digest()
    _names_certificate("http://www.w3.org/2001/04/xmlenc#sha256", other)(root)
    return resigned(root, ground.key)


@QUALIFIED.attack(_ALGORITHM)
def certificate_digest_by_sha1(ground: Ground) -> bytes:
    """The signed properties name the certificate by SHA-1, for which another can be made."""
    root = _basic(ground)
    own = hashlib.sha1(ground.key.certificate.der, usedforsecurity=False).digest()
    _names_certificate(f"{DS[1:-1]}sha1", own)(root)
    return resigned(root, ground.key)


@QUALIFIED.attack(Reason.SIGNING_CERTIFICATE)
def certificate_of_the_same_key(ground: Ground) -> bytes:
    """The certificate is exchanged for another one of the same key, by the same authority."""
    issuer, key = ground.issuer()
    own = ground.key.certificate.parsed()
    twin = (
        x509.CertificateBuilder(
            issuer_name=issuer.subject,
            subject_name=own.subject,
            public_key=own.public_key(),
            serial_number=own.serial_number + 1,
            not_valid_before=own.not_valid_before_utc,
            not_valid_after=own.not_valid_after_utc,
            extensions=list(own.extensions),
        ).sign(key, hashes.SHA256())  # type: ignore[arg-type]
    )
    root = _basic(ground)
    text = base64.b64encode(twin.public_bytes(Encoding.DER)).decode()
    find(root, "X509Certificate").text = text
    return written(root)


# -- unsigned properties -------------------------------------------------------------------------


def _unsigned(root: etree._Element, markup: str) -> None:
    qualifying = find(root, "QualifyingProperties")
    unsigned = qualifying.find(f"{XADES}UnsignedProperties")
    if unsigned is None:
        unsigned = etree.SubElement(qualifying, f"{XADES}UnsignedProperties")
        etree.SubElement(unsigned, f"{XADES}UnsignedSignatureProperties")
    unsigned[0].append(etree.fromstring(markup))


def _lies(name: str, about: str, markup: str, *refused: Reason, because: str = "") -> None:
    _underway(name, about, lambda root: _unsigned(root, markup), *refused, because=because)


_lies(
    "unsigned-signing-time",
    "A time of signing among the unsigned properties.",
    f'<x:SigningTime xmlns:x="{_XML}">2026-02-28T00:00:00Z</x:SigningTime>',
    _P,
    because="UnsignedProperties/SigningTime",
)
_lies(
    "unsigned-role",
    "A role of the signer among the unsigned properties.",
    f'<x:SignerRole xmlns:x="{_XML}"><x:ClaimedRoles><x:ClaimedRole>Bộ trưởng</x:ClaimedRole>'
    "</x:ClaimedRoles></x:SignerRole>",
    _P,
)
_lies(
    "counter-signature",
    "A counter-signature, of which nobody says whose it is.",
    f'<x:CounterSignature xmlns:x="{_XML}"><d:Signature xmlns:d="{DS[1:-1]}"/>'
    "</x:CounterSignature>",
    Reason.SEVERAL_SIGNATURES,
)
_lies(
    "counter-signature-empty",
    "A counter-signature without a signature.",
    f'<x:CounterSignature xmlns:x="{_XML}"/>',
    _P,
)
_lies(
    "foreign-property",
    "An unsigned property of a namespace that nobody knows.",
    '<y xmlns="urn:x">đồng ý</y>',
    _P,
)
_lies(
    "document-among-the-values",
    "Markup of edXML rides along among the unsigned certificates.",
    f'<x:CertificateValues xmlns:x="{_XML}"><edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"/>'
    "</x:CertificateValues>",
    Reason.SIGNATURE_MISPLACED,
)
_lies(
    "certificate-values-of-an-attacker",
    "Certificates of whomever among the unsigned values: the field's policy does not read them.",
    f'<x:CertificateValues xmlns:x="{_XML}"><x:EncapsulatedX509Certificate>AAAA'
    "</x:EncapsulatedX509Certificate></x:CertificateValues>",
)


@QUALIFIED.attack(_P, policy=lambda ground: ground.workshop.pki.policy(STRICT))
def certificate_values_under_the_strict_policy(ground: Ground) -> bytes:
    """The same under a policy that lists only timestamps."""
    root = _basic(ground)
    _unsigned(root, f'<x:CertificateValues xmlns:x="{_XML}"/>')
    return written(root)


# -- timestamps ----------------------------------------------------------------------------------


def _needs_timestamp(ground: Ground) -> SignaturePolicy:
    return replace(ground.policy, levels=frozenset({SignatureLevel.TIMESTAMPED}))


@QUALIFIED.attack(Reason.SIGNATURE_LEVEL, policy=_needs_timestamp)
def timestamp_dropped(ground: Ground) -> bytes:
    """The timestamp is taken away, where the policy asks for one."""
    root = _stamped(ground)
    _drop("UnsignedProperties")(root)
    return written(root)


@QUALIFIED.attack(Reason.SIGNATURE_LEVEL, policy=_needs_timestamp)
def plain_where_a_timestamp_is_needed(ground: Ground) -> bytes:
    """A plain signature, where the policy asks for a timestamp."""
    return ground.signed


@QUALIFIED.attack(Reason.TIMESTAMP_MISMATCH)
def timestamp_of_another_signature(ground: Ground) -> bytes:
    """The timestamp of another document's signature."""
    root, other = _stamped(ground), _stamped(ground)
    find(root, "EncapsulatedTimeStamp").text = find(other, "EncapsulatedTimeStamp").text
    return written(root)


@QUALIFIED.attack(Reason.TIMESTAMP_MISMATCH)
def timestamp_of_another_beside_the_own(ground: Ground) -> bytes:
    """An earlier timestamp of another signature stands beside the own."""
    root = _stamped(ground)
    other = token(b"another", _authority(ground), AT - _DAY)
    element = etree.SubElement(find(root, "SignatureTimeStamp"), f"{XADES}EncapsulatedTimeStamp")
    element.text = base64.b64encode(other).decode()
    return written(root)


def _backdated(ground: Ground, stamp_key: SigningKey) -> bytes:
    """Sign with a certificate revoked an hour ago; the timestamp says that it was before."""
    at = AT - timedelta(hours=12)
    return sign(
        ground.letter,
        ground.flawed(Flaw.REVOKED),
        level=SignatureLevel.TIMESTAMPED,
        at=at,
        timestamp=stamper(stamp_key, at),
    )


_REVOKED, _UNTRUSTED = Reason.CERTIFICATE_REVOKED_BY_ISSUER, Reason.TIMESTAMP_UNTRUSTED


@QUALIFIED.attack(_REVOKED, _UNTRUSTED, because="issuer", policy=with_lists)
def timestamp_backdated_by_a_stranger(ground: Ground) -> bytes:
    """With a revoked certificate; a timestamp authority of one's own says: before it was."""
    return _backdated(ground, ground.flawed(Flaw.OTHER_ROOT))


@QUALIFIED.attack(_REVOKED, _UNTRUSTED, because="purpose", policy=with_lists)
def timestamp_backdated_by_a_seal(ground: Ground) -> bytes:
    """The same by a seal, whose certificate leads to the trusted root, but not for timestamps."""
    return _backdated(ground, ground.other_key)


@QUALIFIED.attack(_REVOKED, _UNTRUSTED, because="S-REVOKED", policy=with_lists)
def timestamp_backdated_by_the_signer(ground: Ground) -> bytes:
    """The same by the revoked certificate itself."""
    return _backdated(ground, ground.flawed(Flaw.REVOKED))


@QUALIFIED.attack(_REVOKED, _UNTRUSTED, because="purpose", policy=with_lists)
def timestamp_backdated_by_a_careless_authority(ground: Ground) -> bytes:
    """The same by a certificate that is for timestamps, but does not say so critically."""
    return _backdated(ground, ground.flawed(Flaw.TIMESTAMPS_ONLY))


@QUALIFIED.attack(Reason.TIMESTAMP_ORDER)
def timestamp_before_the_signature(ground: Ground) -> bytes:
    """The timestamp is older than the time of signing that the signer states."""
    return written(_stamped(ground, stamper(_authority(ground), AT - timedelta(hours=1))))


@QUALIFIED.attack(Reason.TIMESTAMP_ORDER)
def timestamp_from_tomorrow(ground: Ground) -> bytes:
    """The timestamp is of tomorrow."""
    return written(_stamped(ground, stamper(_authority(ground), AT + _DAY)))


@QUALIFIED.attack(Reason.TIMESTAMP_BROKEN)
def timestamp_with_another_time(ground: Ground) -> bytes:
    """The time inside a sound timestamp is changed."""
    root = _stamped(ground)
    element = find(root, "EncapsulatedTimeStamp")
    der = base64.b64decode(element.text or "")
    old = AT.strftime("%Y%m%d%H%M%SZ").encode()
    assert der.count(old) == 1
    changed = der.replace(old, (AT - timedelta(hours=2)).strftime("%Y%m%d%H%M%SZ").encode())
    element.text = base64.b64encode(changed).decode()
    return written(root)


for _name, _algorithms in (
    ("imprint", {"imprint": "sha1"}),
    ("signature", {"digest": "sha1"}),
):

    def _weak(ground: Ground, algorithms: dict[str, str] = _algorithms) -> bytes:
        return written(_stamped(ground, stamper(_authority(ground), AT, **algorithms)))

    QUALIFIED.add(
        f"timestamp-{_name}-by-sha1",
        f"The timestamp's {_name} rests on SHA-1.",
        _weak,
        _ALGORITHM,
        because="RFC 3161",
    )


_underway(
    "timestamp-as-xml",
    "An XMLTimeStamp, which is a signature within the signature.",
    lambda root: setattr(find(root, "EncapsulatedTimeStamp"), "tag", f"{XADES}XMLTimeStamp"),
    Reason.TIMESTAMP_BROKEN,
    because="XMLTimeStamp",
    stamped=True,
)
_underway(
    "timestamp-includes-something-else",
    "The timestamp says that it is over something else than the signature's value.",
    lambda root: find(root, "SignatureTimeStamp").insert(
        0, etree.Element(f"{XADES}Include", URI="#x")
    ),
    Reason.TIMESTAMP_BROKEN,
    because="Include",
    stamped=True,
)
_underway(
    "timestamp-empty",
    "A SignatureTimeStamp without a timestamp.",
    lambda root: _unsigned(root, f'<x:SignatureTimeStamp xmlns:x="{_XML}"/>'),
    Reason.TIMESTAMP_BROKEN,
)
