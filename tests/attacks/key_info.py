"""Keys and certificates that the signature brings along, of which none is trusted for that."""

import base64
from functools import partial

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from axis.local.pki_config import Flaw
from axis.reasons import Reason
from axis.trust.keys import SigningKey
from tests.attacks.attack import Family
from tests.attacks.forgery import DSIG11, key_value, x509_data
from tests.attacks.ground import Ground

KEY_INFO = Family("key-info", "KeyInfo", "KeyInfo")

_F, _NONE, _UNTRUSTED = Reason.SIGNATURE_MALFORMED, Reason.NO_CERTIFICATE, Reason.UNTRUSTED


def _info(content: str, ground: Ground) -> bytes:
    return ground.forge(key_info=f"<KeyInfo>{content}</KeyInfo>")


def _own(ground: Ground) -> str:
    return x509_data(ground.key.certificate, *ground.key.authorities)


# -- no certificate -------------------------------------------------------------------------------

_SERIAL = (
    "<X509IssuerSerial><X509IssuerName>CN=x</X509IssuerName>"
    "<X509SerialNumber>1</X509SerialNumber></X509IssuerSerial>"
)
for _name, _content in (
    ("name-only", "<KeyName>G22</KeyName>"),
    ("empty-x509-data", "<X509Data/>"),
    ("issuer-and-serial-only", f"<X509Data>{_SERIAL}</X509Data>"),
    ("subject-only", "<X509Data><X509SubjectName>CN=G22</X509SubjectName></X509Data>"),
    ("key-identifier-only", "<X509Data><X509SKI>AAAA</X509SKI></X509Data>"),
):
    KEY_INFO.add(_name, f"KeyInfo: {_name.replace('-', ' ')}.", partial(_info, _content), _NONE)


@KEY_INFO.attack(_NONE)
def no_key_info(ground: Ground) -> bytes:
    """No KeyInfo: the verifier is to find the key by itself."""
    return ground.forge(key_info="")


@KEY_INFO.attack(_NONE)
def key_value_only(ground: Ground) -> bytes:
    """The attacker's key as a bare KeyValue."""
    key = ground.flawed(Flaw.RSA_1024)
    return ground.forge_rsa(key=key, key_info=f"<KeyInfo>{key_value(key)}</KeyInfo>")


# -- elsewhere ------------------------------------------------------------------------------------

for _name, _content in (
    ("retrieval-method", '<RetrievalMethod URI="http://127.0.0.1:1/key"/>'),
    ("retrieval-method-within", '<RetrievalMethod URI="#x"/>'),
    ("key-info-reference", f'<x:KeyInfoReference xmlns:x="{DSIG11}" URI="#a"/>'),
    ("management-data", "<MgmtData>x</MgmtData>"),
    ("pgp", "<PGPData><PGPKeyID>AAAA</PGPKeyID></PGPData>"),
    ("spki", "<SPKIData><SPKISexp>AAAA</SPKISexp></SPKIData>"),
    ("encrypted-key", '<e:EncryptedKey xmlns:e="http://www.w3.org/2001/04/xmlenc#"/>'),
    ("agreement-method", '<e:AgreementMethod xmlns:e="http://www.w3.org/2001/04/xmlenc#"/>'),
    (
        "security-token-reference",
        '<w:SecurityTokenReference xmlns:w="http://docs.oasis-open.org/wss/2004/01/'
        'oasis-200401-wss-wssecurity-secext-1.0.xsd"/>',
    ),
):
    KEY_INFO.add(
        _name,
        f"Beside the sound certificate stands a {_name.replace('-', ' ')}.",
        lambda ground, content=_content: _info(_own(ground) + content, ground),
        _F,
        because="ds:KeyInfo/",
    )

# -- keys of another ------------------------------------------------------------------------------


def _der_key(key: SigningKey) -> str:
    der = key.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    value = base64.b64encode(der).decode()
    return f'<x:DEREncodedKeyValue xmlns:x="{DSIG11}">{value}</x:DEREncodedKeyValue>'


def _ec_key(key: SigningKey, curve: str) -> str:
    point = key.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return (
        f'<KeyValue><x:ECKeyValue xmlns:x="{DSIG11}"><x:NamedCurve URI="urn:oid:{curve}"/>'
        f"<x:PublicKey>{base64.b64encode(point).decode()}</x:PublicKey></x:ECKeyValue></KeyValue>"
    )


@KEY_INFO.attack(_F, because="key")
def key_value_of_another(ground: Ground) -> bytes:
    """A KeyValue of another RSA key than the certificate's."""
    info = f"<KeyInfo>{key_value(ground.flawed(Flaw.RSA_1024))}"
    own = x509_data(ground.rsa_key.certificate, *ground.rsa_key.authorities)
    return ground.forge_rsa(key_info=f"{info}{own}</KeyInfo>")


@KEY_INFO.attack(_F, because="key")
def ec_key_value_of_another(ground: Ground) -> bytes:
    """An ECKeyValue of another key than the certificate's."""
    return _info(_ec_key(ground.other_key, "1.2.840.10045.3.1.7") + _own(ground), ground)


@KEY_INFO.attack(_F)
def ec_key_value_on_another_curve(ground: Ground) -> bytes:
    """The certificate's own point, said to be on another curve."""
    return _info(_ec_key(ground.key, "1.3.132.0.10") + _own(ground), ground)


@KEY_INFO.attack(_F)
def ec_key_value_with_own_parameters(ground: Ground) -> bytes:
    """An ECKeyValue that brings parameters of its own for the curve (as in CVE-2020-0601)."""
    own = (
        f'<KeyValue><x:ECKeyValue xmlns:x="{DSIG11}"><x:ECParameters/>'
        "<x:PublicKey>BAAA</x:PublicKey></x:ECKeyValue></KeyValue>"
    )
    return _info(own + _own(ground), ground)


@KEY_INFO.attack(_F, because="DEREncodedKeyValue")
def der_key_value_of_another(ground: Ground) -> bytes:
    """A DEREncodedKeyValue of another key than the certificate's."""
    return _info(_der_key(ground.other_key) + _own(ground), ground)


@KEY_INFO.attack(_F)
def dsa_key_value(ground: Ground) -> bytes:
    """A DSAKeyValue beside an EC certificate."""
    value = "<KeyValue><DSAKeyValue><Y>AQAB</Y></DSAKeyValue></KeyValue>"
    return _info(value + _own(ground), ground)
