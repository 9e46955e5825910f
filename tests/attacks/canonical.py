"""Tricks with canonicalisation: what it leaves out, inherits or cannot do."""

from functools import partial

from axis.reasons import Reason
from tests.attacks.attack import Family
from tests.attacks.forgery import C14N, C14N11, DS, ENVELOPED, EXCLUSIVE
from tests.attacks.ground import Ground
from tests.attacks.surgery import swap, swapped

CANONICAL = Family("c14n", "Chuẩn tắc hóa", "Canonicalisation")

_F, _A, _ALGORITHM = (
    Reason.SIGNATURE_MALFORMED,
    Reason.ALTERED,
    Reason.SIGNATURE_ALGORITHM,
)


def _both(algorithm: str, ground: Ground) -> bytes:
    return ground.forge(canonicalization=algorithm, transforms=[ENVELOPED, algorithm])


for _name, _algorithm in (
    ("comments-1-0", C14N + "#WithComments"),
    ("comments-1-1", C14N11 + "#WithComments"),
    ("comments-exclusive", EXCLUSIVE + "WithComments"),
    ("unknown", "urn:unknown"),
    ("minimal", "http://www.w3.org/2000/09/xmldsig#minimal"),
    ("none", "none"),
    ("c14n-2-0", "http://www.w3.org/2010/xml-c14n2"),
    ("enveloped-for-signed-info", ENVELOPED),
):
    CANONICAL.add(
        _name,
        f"SignedInfo is canonicalised by {_algorithm.rpartition('/')[2]}.",
        lambda ground, algorithm=_algorithm: ground.forge(canonicalization=algorithm),
        _ALGORITHM,
    )
    if _algorithm != ENVELOPED:
        CANONICAL.add(
            f"{_name}-everywhere",
            f"SignedInfo and document are canonicalised by {_algorithm.rpartition('/')[2]}.",
            partial(_both, _algorithm),
            _ALGORITHM,
        )


def _prefixes(prefixes: str) -> str:
    return f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE}" PrefixList="{prefixes}"/>'


def _listed(prefixes: str, ground: Ground) -> bytes:
    step = f'<Transform Algorithm="{EXCLUSIVE}">{_prefixes(prefixes)}</Transform>'
    return ground.forge(transforms=[ENVELOPED, step], prefixes=prefixes)


CANONICAL.add(
    "prefix-flood", "PrefixList names 251 prefixes.", partial(_listed, "p " * 251), _F,
    because="PrefixList",
)  # fmt: skip


@CANONICAL.attack(_F, because="CanonicalizationMethod")
def prefixes_for_signed_info(ground: Ground) -> bytes:
    """SignedInfo's canonicalisation has a list of prefixes: the W3C schema has no place for it."""
    return ground.forge(canonicalization=EXCLUSIVE, canonicalization_parameters=_prefixes("edXML"))


@CANONICAL.attack(_F)
def prefixes_for_inclusive(ground: Ground) -> bytes:
    """Inclusive canonicalisation has a list of prefixes."""
    step = f'<Transform Algorithm="{C14N}">{_prefixes("edXML")}</Transform>'
    return ground.forge(transforms=[ENVELOPED, step])


@CANONICAL.attack(_F)
def prefixes_twice(ground: Ground) -> bytes:
    """Two lists of prefixes in one transform."""
    step = f'<Transform Algorithm="{EXCLUSIVE}">{_prefixes("a")}{_prefixes("b")}</Transform>'
    return ground.forge(transforms=[ENVELOPED, step])


for _name, _old, _new, _about in (
    (
        "namespace-redeclared",
        b"<edXML:Subject>",
        b'<edXML:Subject xmlns:edXML="urn:other">',
        "An element's prefix is bound to another namespace.",
    ),
    (
        "namespace-undeclared",
        b"<AttachmentEncoded>",
        b'<AttachmentEncoded xmlns="">',
        "The attachment part leaves the namespace.",
    ),
    (
        "namespace-added",
        b"<edXML xmlns=",
        b'<edXML xmlns:x="urn:x" xmlns=',
        "A namespace is declared that nothing uses: inclusive canonicalisation covers it.",
    ),
    ("xml-lang", b"<edXML xmlns=", b'<edXML xml:lang="en" xmlns=', "An xml:lang on the root."),
    ("xml-base", b"<edXML xmlns=", b'<edXML xml:base="urn:x" xmlns=', "An xml:base on the root."),
    ("xml-space", b"<edXML xmlns=", b'<edXML xml:space="preserve" xmlns=', "An xml:space."),
    (
        "whitespace-in-content",
        b"<edXML:To>",
        b" <edXML:To>",
        "A space between two elements.",
    ),
    ("whitespace-in-value", b">V/v ", b"> V/v ", "A space in a value."),
    ("carriage-return-reference", b"<edXML:To>", b"&#13;<edXML:To>", "A carriage return."),
    ("tab-for-spaces", b"      <edXML:To>", b"\t<edXML:To>", "Other indentation."),
    ("whitespace-in-signed-info", b"<ds:SignedInfo>", b"<ds:SignedInfo> ", "In SignedInfo."),
):
    CANONICAL.add(_name, _about, swapped(_old, _new), _A)


@CANONICAL.attack(_A)
def signature_in_the_default_namespace(ground: Ground) -> bytes:
    """The signature's prefix is dropped after signing, for the default namespace."""
    body = ground.signed.replace(b"<ds:", b"<").replace(b"</ds:", b"</")
    return body.replace(b"xmlns:ds=", b"xmlns=")


@CANONICAL.attack(_A)
def signature_with_another_prefix(ground: Ground) -> bytes:
    """The signature's prefix is another after signing."""
    body = ground.signed.replace(b"<ds:", b"<dsig:").replace(b"</ds:", b"</dsig:")
    return body.replace(b"xmlns:ds=", b"xmlns:dsig=")


@CANONICAL.attack(_F)
def relative_namespace(ground: Ground) -> bytes:
    """A namespace that is a relative URI: canonical XML is not defined for it."""
    return swap(b"<edXML:Subject>", b'<edXML:Subject xmlns:x="relative">', ground.signed)


@CANONICAL.attack(Reason.TOO_COMPLEX)
def namespace_flood(ground: Ground) -> bytes:
    """Forty namespaces on the root: canonicalisation looks each up everywhere."""
    many = b" ".join(b'xmlns:n%d="urn:%d"' % (number, number) for number in range(40))
    return swap(b"<edXML xmlns", b"<edXML %s xmlns" % many, ground.signed)


@CANONICAL.attack(Reason.TOO_COMPLEX)
def attribute_flood(ground: Ground) -> bytes:
    """Seventy attributes on one element: canonicalisation sorts them."""
    many = b" ".join(b'a%d=""' % number for number in range(70))
    return swap(b"<edXML:Subject>", b"<edXML:Subject %s>" % many, ground.signed)


@CANONICAL.attack(Reason.TOO_COMPLEX)
def depth_flood(ground: Ground) -> bytes:
    """A hundred and thirty levels of elements."""
    deep = b"<x>" * 130 + b"</x>" * 130
    return swap(b"<edXML:To>", deep + b"<edXML:To>", ground.signed)


@CANONICAL.attack()
def line_ends(ground: Ground) -> bytes:
    """All line ends are CRLF: XML reads them as LF."""
    return ground.signed.replace(b"\n", b"\r\n")


@CANONICAL.attack()
def spelling_of_tags(ground: Ground) -> bytes:
    """Spaces and line ends inside tags, single quotes: no meaning in XML."""
    body = ground.signed.replace(b"</edXML:Subject>", b"</edXML:Subject \n>")
    return swap(b'version="1.0">', b"version = '1.0'\n >", body)


@CANONICAL.attack()
def byte_order_mark(ground: Ground) -> bytes:
    """A byte order mark before the declaration."""
    return b"\xef\xbb\xbf" + ground.signed


@CANONICAL.attack()
def namespace_added_outside_exclusive(ground: Ground) -> bytes:
    """Exclusive canonicalisation leaves a namespace out that nothing uses."""
    signed = ground.forge(canonicalization=EXCLUSIVE, transforms=[ENVELOPED, EXCLUSIVE])
    return swap(b"<edXML xmlns=", b'<edXML xmlns:x="urn:x" xmlns=', signed)


@CANONICAL.attack(_A)
def namespace_added_inside_signed_info(ground: Ground) -> bytes:
    """A namespace is declared on SignedInfo."""
    return swap(b"<ds:SignedInfo>", b'<ds:SignedInfo xmlns:x="urn:x">', ground.signed)


@CANONICAL.attack(_A)
def signature_namespace_declared_on_the_root(ground: Ground) -> bytes:
    """The signature's namespace is also declared on the root."""
    return swap(b"<edXML xmlns=", f'<edXML xmlns:ds="{DS}" xmlns='.encode(), ground.signed)
