"""XAdES as nobody honest writes it: changed and signed again, timestamped by whomever, whenever."""

import base64
import hashlib
from datetime import datetime

from asn1crypto import keys, tsp, x509
from certomancer.services import TimeStamper
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from axis.trust.keys import SigningKey
from axis.trust.sign import Timestamper

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"


def token(
    data: bytes, key: SigningKey, at: datetime, *, digest: str = "sha256", imprint: str = "sha256"
) -> bytes:
    """Return a timestamp token over data that says it is of a moment, signed by anybody's key."""
    private = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    authority = TimeStamper(
        x509.Certificate.load(key.certificate.der),
        keys.PrivateKeyInfo.load(private),
        certs_to_embed=[x509.Certificate.load(one.der) for one in key.authorities],
        fixed_dt=at,
        md_algorithm=digest,
    )
    asked = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": imprint},
                "hashed_message": hashlib.new(imprint, data).digest(),
            },
        }
    )
    answer = authority.request_tsa_response(asked)
    found: bytes = answer["time_stamp_token"].dump()
    return found


def stamper(key: SigningKey, at: datetime, **algorithms: str) -> Timestamper:
    """Return somebody who timestamps with a key, always as of the same moment."""
    return lambda data: token(data, key, at, **algorithms)


def find(root: etree._Element, name: str) -> etree._Element:
    """Return the first element of a name, of XAdES or of XML Signature."""
    found = root.find(f".//{XADES}{name}")
    found = root.find(f".//{DS}{name}") if found is None else found
    assert found is not None, name
    return found


def resigned(root: etree._Element, key: SigningKey) -> bytes:
    """Make digests and signature anew after a change, as the key's owner could."""
    signed_info = find(root, "SignedInfo")
    for reference in signed_info.iterfind(f"{DS}Reference"):
        uri = reference.get("URI", "")
        exclusive = any("exc-c14n" in step.get("Algorithm", "") for step in reference.iter())
        properties = _canonical(find(root, "SignedProperties"), exclusive=exclusive)
        content = properties if uri else _without_signature(root)
        find(reference, "DigestValue").text = _base64(hashlib.sha256(content).digest())
    find(root, "SignatureValue").text = _base64(_signature(_canonical(signed_info), key))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _without_signature(root: etree._Element) -> bytes:
    copy = etree.fromstring(etree.tostring(root))
    signature = find(copy, "Signature")
    before, parent = signature.getprevious(), signature.getparent()
    assert before is not None
    assert parent is not None
    before.tail = (before.tail or "") + (signature.tail or "")
    parent.remove(signature)
    return etree.tostring(copy, method="c14n")


def _canonical(element: etree._Element, *, exclusive: bool = False) -> bytes:
    apart = etree.fromstring(etree.tostring(element, with_tail=False))
    return etree.tostring(apart, method="c14n", exclusive=exclusive)


def _signature(data: bytes, key: SigningKey) -> bytes:
    private, digest = key.private, hashes.SHA256()
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(data, padding.PKCS1v15(), digest)
    size = (private.key_size + 7) // 8
    r, s = decode_dss_signature(private.sign(data, ECDSA(digest)))
    return r.to_bytes(size) + s.to_bytes(size)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
