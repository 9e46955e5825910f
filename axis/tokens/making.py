"""New keys made inside a token."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from axis.errors import ConfigurationError
from axis.ids import new_id
from axis.tokens.keys import TokenKey
from axis.tokens.session import TokenSession
from axis.trust.keys import KeyUnavailableError


def make_token_key(key: TokenKey) -> ec.EllipticCurvePublicKey:
    """Make an EC P-256 key in a token and return its public half.

    It can sign, nothing else, and never leaves the token. Raises ConfigurationError when the token
    cannot be used or has a private key of this label already.
    """
    session = TokenSession(key.place, writes=True)
    try:
        der = session.do(lambda open_session: _generate(open_session, key))
    except KeyUnavailableError as error:
        raise ConfigurationError(str(error)) from error
    finally:
        session.close()
    public = load_der_public_key(der)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    return public


def _generate(session: Any, key: TokenKey) -> bytes:
    from pkcs11 import Attribute, KeyType, MechanismFlag, ObjectClass
    from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

    wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: key.label}
    if list(session.get_objects(wanted)):
        raise ConfigurationError(
            f"Thẻ {key.place} đã có khóa nhãn «{key.label}»; hãy chọn nhãn khác."
            f" / Token {key.place} has a key labelled «{key.label}» already; choose another label."
        )
    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
    parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
    public, _ = parameters.generate_keypair(
        id=new_id().bytes,
        label=key.label,
        store=True,
        capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
        private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
    )
    return encode_ec_public_key(public)
