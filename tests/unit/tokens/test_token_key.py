"""Keys in a real token: they sign, stay where they are, and say what is wrong with their token."""

import dataclasses
import pickle
from pathlib import Path
from types import SimpleNamespace

import pkcs11
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11.util.rsa import encode_rsa_public_key

from axis.errors import ConfigurationError
from axis.local.pki import DemoPki
from axis.tokens import TokenKey, make_token_key
from axis.tokens.session import TokenSession
from axis.trust.keys import KeyUnavailableError, SigningKey
from axis.trust.location import RECEIPT
from axis.trust.profiles import RECEIPTS
from axis.trust.sign import sign
from axis.trust.verify import verify
from tests.support.softhsm import PIN, SoftToken, certificate_for
from tests.unit.tokens.conftest import NOW

RECEIPT_XML = b'<receipt xmlns="urn:vn:axis:receipt:1"/>'


def open_token(token: SoftToken) -> pkcs11.Session:
    """Enter the token beside the axis's own code."""
    library = pkcs11.lib(str(token.place.module))
    return library.get_token(token_label=token.place.token_label).open(rw=True, user_pin=PIN)


def test_key_made_in_the_token_never_leaves_it(token: SoftToken) -> None:
    make_token_key(token.key())

    with open_token(token) as session:
        made = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label="receipts")
        assert not made[pkcs11.Attribute.EXTRACTABLE]
        assert made[pkcs11.Attribute.SENSITIVE]
        assert made[pkcs11.Attribute.SIGN]
        assert not made[pkcs11.Attribute.DERIVE]
        with pytest.raises(pkcs11.AttributeSensitive):
            assert made[pkcs11.Attribute.VALUE]


def test_key_with_the_label_of_another_is_not_made(token: SoftToken) -> None:
    make_token_key(token.key())
    with pytest.raises(ConfigurationError, match="another label"):
        make_token_key(token.key())


def test_receipt_signed_by_the_token_passes_the_strict_policy(
    key: SigningKey, pki: DemoPki
) -> None:
    key.prove()
    signed = sign(RECEIPT_XML, key, location=RECEIPT)

    checked = verify(signed, RECEIPTS.with_trust(pki.anchors), NOW)

    assert checked.passed
    assert checked.certificate == key.certificate


def test_rsa_key_of_the_token_signs_too(token: SoftToken, pki: DemoPki) -> None:
    with open_token(token) as session:
        made, _ = session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="rsa")
        public = load_der_public_key(encode_rsa_public_key_info(made))
    key = SigningKey.at(token.key("rsa"), certificate_for(public, pki, NOW))
    key.prove()

    signed = sign(RECEIPT_XML, key, location=RECEIPT)

    assert verify(signed, RECEIPTS.with_trust(pki.anchors), NOW).passed
    with pytest.raises(NotImplementedError):
        key.private.sign(b"", PSS(MGF1(hashes.SHA256()), 32), hashes.SHA256())
    with pytest.raises(NotImplementedError):
        key.private.sign(b"", PKCS1v15(), hashes.SHA512())


def encode_rsa_public_key_info(key: pkcs11.PublicKey) -> bytes:
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey

    return PublicKeyInfo.wrap(RSAPublicKey.load(encode_rsa_public_key(key)), "rsa").dump()


def test_digest_that_was_made_before_is_signed_as_it_is(key: SigningKey) -> None:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"data")
    assert isinstance(key.private, ec.EllipticCurvePrivateKey)
    signature = key.private.sign(digest.finalize(), ec.ECDSA(Prehashed(hashes.SHA256())))
    assert isinstance(key.public, ec.EllipticCurvePublicKey)
    key.public.verify(signature, b"data", ec.ECDSA(hashes.SHA256()))


def test_key_object_gives_nothing_away(key: SigningKey) -> None:
    private = key.private
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    for take in (private.private_numbers, private.private_bytes, private.exchange):
        with pytest.raises(NotImplementedError):
            take()  # type: ignore[call-arg]


def test_pickled_key_holds_no_pin_and_signs(key: SigningKey) -> None:
    key.prove()

    pickled = pickle.dumps(key)

    assert PIN.encode() not in pickled
    copy = pickle.loads(pickled)
    assert copy == key
    copy.prove()


def test_key_of_another_certificate_is_told(token: SoftToken, pki: DemoPki) -> None:
    make_token_key(token.key())
    other = make_token_key(token.key("other"))
    key = SigningKey.at(token.key(), certificate_for(other, pki, NOW))
    with pytest.raises(ConfigurationError, match="does not belong"):
        key.prove()


def proved(key: SigningKey, source: TokenKey) -> str:
    """Return what an operator is told when the key cannot be used from here."""
    with pytest.raises(ConfigurationError) as told:
        dataclasses.replace(key, source=source).prove()
    assert PIN not in str(told.value)
    return str(told.value)


def test_module_that_is_missing_or_none_is_named(key: SigningKey, token: SoftToken) -> None:
    for module in (Path("/nowhere/libtoken.so"), Path(__file__)):
        place = dataclasses.replace(token.place, module=module)
        told = proved(key, TokenKey(place, "receipts"))
        assert f"«{module}» cannot be loaded" in told


def test_token_of_another_label_is_named(key: SigningKey, token: SoftToken) -> None:
    place = dataclasses.replace(token.place, token_label="missing")
    assert "«missing» cannot be used (NoSuchToken" in proved(key, TokenKey(place, "receipts"))


def test_key_that_the_token_does_not_hold_is_named(key: SigningKey, token: SoftToken) -> None:
    assert "0 private keys labelled «old»" in proved(key, token.key("old"))


def test_label_of_several_keys_is_refused(key: SigningKey, token: SoftToken) -> None:
    with open_token(token) as session:
        session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="receipts")
    assert "2 private keys labelled «receipts»" in proved(key, token.key())


def test_pin_file_that_is_open_to_others_is_refused(key: SigningKey, token: SoftToken) -> None:
    token.pin_file.chmod(0o640)
    assert "chmod 600" in proved(key, token.key())


def test_wrong_pin_is_told_and_tried_once_only(
    key: SigningKey, token: SoftToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    token.set_pin("0000")
    opened = []
    reading = TokenSession._library
    monkeypatch.setattr(
        TokenSession, "_library", lambda self: (opened.append(self), reading(self))[1]
    )

    for _ in range(3):
        with pytest.raises(ConfigurationError, match="not that of token") as told:
            key.prove()
        assert "0000" not in str(told.value)

    assert len(opened) == 1
    token.set_pin(PIN)
    key.prove()


def test_last_attempt_before_the_token_locks_is_left_to_people(
    key: SigningKey, token: SoftToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    # SoftHSM never locks; hardware does after three to ten wrong PINs.
    last = SimpleNamespace(flags=pkcs11.TokenFlag.LOGIN_REQUIRED | 0x0002_0000)
    library = SimpleNamespace(get_token=lambda **_: last, finalize=lambda: None)
    monkeypatch.setattr(TokenSession, "_library", lambda _: library)
    with pytest.raises(KeyUnavailableError, match="one more attempt"):
        TokenSession(token.place).do(lambda _: None)


def test_session_that_was_lost_is_opened_again(key: SigningKey, token: SoftToken) -> None:
    key.prove()
    pkcs11.lib(str(token.place.module)).reinitialize()
    key.prove()


def test_token_taken_out_is_told_and_works_again_when_it_is_back(
    key: SigningKey, token: SoftToken
) -> None:
    key.prove()
    token.take_out()
    for _ in range(3):
        with pytest.raises(KeyUnavailableError, match="cannot be used"):
            sign(RECEIPT_XML, key, location=RECEIPT)
    token.put_back()
    key.prove()
