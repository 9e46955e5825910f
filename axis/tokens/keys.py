"""Private keys of a token as cryptography's key objects, which signxml signs with."""

from dataclasses import dataclass, field
from typing import Any, Never, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from axis.tokens.session import TokenPlace, TokenSession
from axis.trust.keyfile import PrivateKey
from axis.trust.keys import KeyUnavailableError, PublicKey


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Names a key of a token; implements `axis.trust.keys.KeySource`."""

    place: TokenPlace
    label: str
    """CKA_LABEL of the private key; no other private key of the token may have it."""

    def __str__(self) -> str:
        return f"«{self.label}» ({self.place})"

    def open(self, public: PublicKey) -> PrivateKey:
        """Return a key object; the token is entered when it signs for the first time."""
        signer = _Signer(TokenSession(self.place), self)
        if isinstance(public, rsa.RSAPublicKey):
            return _RsaKey(signer, public)
        return _EcKey(signer, public)


@dataclass(slots=True)
class _Signer:
    """Signs with one key of a token; finds it again after the session was lost."""

    session: TokenSession
    key: TokenKey
    _found: tuple[Any, Any] | None = field(default=None, init=False)
    """The session and the key's object in it."""

    def sign(self, data: bytes, mechanism: str) -> bytes:
        """Return the token's signature, made with a mechanism of `pkcs11.Mechanism`."""
        import pkcs11

        def work(session: pkcs11.Session) -> bytes:
            if self._found is None or self._found[0] is not session:
                self._found = (session, self._find(session))
            signature: bytes = self._found[1].sign(data, mechanism=pkcs11.Mechanism[mechanism])
            return signature

        return self.session.do(work)

    def _find(self, session: Any) -> Any:
        from pkcs11 import Attribute, ObjectClass

        # to its end: python-pkcs11 complains about a search that outlives its session
        found = list(
            session.get_objects(
                {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: self.key.label}
            )
        )
        if len(found) == 1:
            return found[0]
        raise KeyUnavailableError(
            f"Thẻ {self.key.place} có {len(found)} khóa riêng nhãn «{self.key.label}», cần đúng"
            " một; hãy kiểm tra receipts.token.key_label."
            f" / Token {self.key.place} holds {len(found)} private keys labelled"
            f" «{self.key.label}», exactly one is needed; check receipts.token.key_label."
        )


class _InToken:
    """What cryptography's key objects can do beside signing, and these cannot."""

    def private_bytes(self, *_arguments: Any, **_named: Any) -> Never:
        """Refuse: the key does not leave its token."""
        raise NotImplementedError("the key stays in its token")

    private_numbers = private_bytes

    def exchange(self, *_arguments: Any, **_named: Any) -> Never:
        """Refuse: the axis only signs."""
        raise NotImplementedError("the key only signs")

    decrypt = exchange

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> Self:
        return self


class _EcKey(_InToken, ec.EllipticCurvePrivateKey):
    """An EC key of a token."""

    def __init__(self, signer: _Signer, public: ec.EllipticCurvePublicKey) -> None:
        self._signer = signer
        self._public = public

    def sign(self, data: bytes | bytearray | memoryview, signature_algorithm: Any) -> bytes:
        """Return the DER signature: the digest is made here, the rest in the token.

        Not by the mechanisms that hash too: few tokens have them (SoftHSM 2.6 has not).
        """
        if not isinstance(signature_algorithm, ec.ECDSA):
            raise NotImplementedError(type(signature_algorithm).__name__)
        raw = self._signer.sign(_digest(bytes(data), signature_algorithm.algorithm), "ECDSA")
        half = (self.key_size + 7) // 8
        if len(raw) != 2 * half:  # r and s, each as long as the curve's order (PKCS#11 2.3.1)
            raise KeyUnavailableError(f"{self._signer.key}: ECDSA, {len(raw)} byte")
        return encode_dss_signature(
            int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
        )

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the certificate's key."""
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        """The curve of the certificate's key."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """Bits of the curve's order."""
        return self._public.curve.key_size


class _RsaKey(_InToken, rsa.RSAPrivateKey):
    """An RSA key of a token: PKCS#1 v1.5 with SHA-256, which is what the axis signs with."""

    def __init__(self, signer: _Signer, public: rsa.RSAPublicKey) -> None:
        self._signer = signer
        self._public = public

    def sign(
        self, data: bytes | bytearray | memoryview, padding: AsymmetricPadding, algorithm: Any
    ) -> bytes:
        """Return the signature; the token hashes."""
        if not isinstance(padding, PKCS1v15) or not isinstance(algorithm, hashes.SHA256):
            raise NotImplementedError(f"{padding.name}, {type(algorithm).__name__}")
        return self._signer.sign(bytes(data), "SHA256_RSA_PKCS")

    def public_key(self) -> rsa.RSAPublicKey:
        """Return the certificate's key."""
        return self._public

    @property
    def key_size(self) -> int:
        """Bits of the modulus."""
        return self._public.key_size


def _digest(data: bytes, algorithm: Any) -> bytes:
    if isinstance(algorithm, Prehashed):
        return data
    hasher = hashes.Hash(algorithm)
    hasher.update(data)
    return hasher.finalize()
