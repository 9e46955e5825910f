"""Keys in PKCS#11 tokens (HSM, smart card): they sign without ever leaving their device."""

from axis.tokens.keys import TokenKey
from axis.tokens.making import make_token_key
from axis.tokens.session import TokenPlace

__all__ = ["TokenKey", "TokenPlace", "make_token_key"]
