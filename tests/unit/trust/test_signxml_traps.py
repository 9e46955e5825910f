"""Traps of the libraries underneath that would open or close the door without a sound."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.exceptions import InvalidDigest
from signxml.verifier import SignatureConfiguration, XMLVerifier
from signxml.xades.xades import XAdESSigner, XAdESVerifier

from axis.reasons import Reason
from axis.trust import engine, validation
from axis.trust.keys import SigningKey
from axis.trust.paths import forget_paths
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import FIELD
from axis.trust.sign import sign
from axis.trust.verify import verify

DS = "{http://www.w3.org/2000/09/xmldsig#}"


def test_signature_in_the_default_namespace_as_dotnet_writes_it_passes(
    status: bytes, rsa_key: SigningKey, forge: Any, policy: SignaturePolicy, at: datetime
) -> None:
    """Inclusive canonicalisation in place puts ``xmlns=""`` on the inner elements."""
    signed = forge(rsa_key).sign(status)
    assert b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">' in signed

    assert verify(signed, policy, at).passed


def test_text_that_reads_like_an_empty_namespace_declaration_is_signed_like_any_other(
    status: bytes, rsa_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    """``excise_empty_xmlns_declarations`` would cut it out of the text before the digest."""
    altered = sign(status, rsa_key).replace(b"StatusCode>01", b'StatusCode>01 xmlns=""')

    (finding,) = verify(altered, policy, at).verdict.findings

    assert finding.reason is Reason.ALTERED


def test_without_anchors_nobody_is_trusted(status: bytes, ec_key: SigningKey, at: datetime) -> None:
    """Left alone, it trusts the roots of the web."""
    result = verify(sign(status, ec_key), FIELD, at)

    (finding,) = result.verdict.findings
    assert finding.reason is Reason.SIGNER_NOT_CHECKED
    assert not result.passed


def test_rsa_pss_with_a_key_value_gets_a_verdict_although_signxml_cannot_compare_it(
    status: bytes, rsa_key: SigningKey, forge: Any, policy: SignaturePolicy, at: datetime
) -> None:
    method = SignatureMethod.SHA256_RSA_MGF1
    document = forge(rsa_key, signature_method=method.value, pss=True)
    key_value = "<KeyValue><RSAKeyValue/></KeyValue>"
    document.key_info = document._key_info().replace("<KeyInfo>", f"<KeyInfo>{key_value}")
    pss = replace(policy, signature_algorithms=frozenset({method}))

    (finding,) = verify(document.sign(status), pss, at).verdict.findings

    assert finding.reason is Reason.SIGNATURE_MALFORMED


@pytest.mark.parametrize(
    "leak",
    [
        TypeError("x"),
        AttributeError("x"),
        ValueError("x"),
        NotImplementedError(),
        KeyError("x"),
        etree.XMLSyntaxError("x", 1, 1, 1),
        RecursionError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_the_library_leaks_becomes_a_finding(
    leak: Exception,
    status: bytes,
    ec_key: SigningKey,
    policy: SignaturePolicy,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def raise_it(*_: Any, **__: Any) -> None:
        raise leak

    monkeypatch.setattr(XMLVerifier, "verify", raise_it)

    (finding,) = verify(sign(status, ec_key), policy, at).verdict.findings

    assert finding.reason is Reason.SIGNATURE_MALFORMED
    assert finding.facts == {"detail": type(leak).__name__}


def test_missing_memory_is_no_finding_about_the_signature(
    status: bytes,
    ec_key: SigningKey,
    policy: SignaturePolicy,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def raise_it(*_: Any, **__: Any) -> None:
        raise MemoryError

    signed = sign(status, ec_key)
    for place in (XMLVerifier, "verify"), (validation, "CertificateValidator"):
        forget_paths()
        with monkeypatch.context() as patch:
            patch.setattr(*place, raise_it)
            with pytest.raises(MemoryError):
                verify(signed, policy, at)


def test_every_check_has_a_verifier_of_its_own(
    status: bytes,
    ec_key: SigningKey,
    policy: SignaturePolicy,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A verifier keeps configuration and certificate of its last document."""
    made: list[XMLVerifier] = []
    original: Callable[..., Any] = engine._Verifier

    def make() -> XMLVerifier:
        made.append(original())
        return made[-1]

    monkeypatch.setattr(engine, "_Verifier", make)
    signed = sign(status, ec_key)

    assert verify(signed, policy, at).passed
    assert verify(signed, policy, at).passed
    assert len({id(verifier) for verifier in made}) == 2


def test_signature_line_is_told_as_in_the_submitted_bytes(
    status: bytes, ec_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    signed = sign(status, ec_key).replace(b'URI=""', b'URI="#x"')

    (finding,) = verify(signed, policy, at).verdict.findings

    assert finding.line == signed[: signed.index(b"<ds:Signature ")].count(b"\n") + 1


def test_signature_without_a_schema_is_not_believed(
    status: bytes, ec_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    """signxml takes the first element it finds; an attribute of nobody's is a fault too."""
    root = etree.fromstring(sign(status, ec_key))
    info = root.find(f".//{DS}KeyInfo")
    assert info is not None
    info.set("Unknown", "x")

    (finding,) = verify(etree.tostring(root), policy, at).verdict.findings

    assert finding.reason is Reason.SIGNATURE_MALFORMED


@pytest.mark.parametrize(
    ("method", "sound"),
    [
        (CanonicalizationMethod.CANONICAL_XML_1_0, True),
        (CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0, False),
    ],
    ids=["inclusive", "exclusive"],
)
def test_signxml_makes_xades_that_it_refuses_itself_unless_canonicalisation_is_inclusive(
    method: CanonicalizationMethod, sound: bool, status: bytes, rsa_key: SigningKey
) -> None:
    """So `sign` never asks for the exclusive one; when this fails, signxml has been mended."""
    certificate = rsa_key.certificate.parsed()
    signer = XAdESSigner(c14n_algorithm=method)
    root = signer.sign(
        etree.fromstring(status),
        key=rsa_key.private,
        cert=[certificate],
        always_add_key_value=False,
    )
    valid_at = rsa_key.certificate.not_before
    expected = SignatureConfiguration(expect_references=3, verification_time=valid_at)

    def verified() -> None:
        XAdESVerifier().verify(root, x509_cert=certificate, expect_config=expected)

    if sound:
        verified()
    else:
        with pytest.raises(InvalidDigest):
            verified()


def test_xades_schema_is_there_and_refuses_what_it_does_not_know() -> None:
    """A schema whose imports cannot be had would be left out in silence."""
    (schema, *_) = engine._QualifiedVerifier.schemas()
    signature = etree.fromstring(
        f'<Signature xmlns="{DS[1:-1]}"><SignedInfo/><SignatureValue/><Object>'
        '<x:QualifyingProperties xmlns:x="http://uri.etsi.org/01903/v1.3.2#" Target="#a">'
        "<x:Unknown/></x:QualifyingProperties></Object></Signature>"
    )

    assert not schema.validate(signature)
    errors = "".join(str(error) for error in schema.error_log)
    assert "Unknown" in errors
    assert "CanonicalizationMethod" in errors
