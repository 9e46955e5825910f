"""People and authorities with keys, who issue certificates and revoke them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from axis.trust.certificates import Certificate

AT = datetime.fromisoformat("2025-10-06T02:30:00Z")
DAY = timedelta(days=1)
YEAR = 365 * DAY
SIGNING = {"digital_signature": True, "content_commitment": True}
ISSUING = {"key_cert_sign": True, "crl_sign": True}


class Holder:
    """Somebody with a name and a key, who gets certificates and may issue them."""

    def __init__(self, name: str) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())

    def issue(
        self,
        holder: "Holder",
        *,
        ca: bool = False,
        path_length: int | None = None,
        usage: dict[str, bool] | None = SIGNING,
        start: datetime = AT - YEAR,
        end: datetime = AT + YEAR,
        extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    ) -> Certificate:
        builder = (
            x509.CertificateBuilder(self.name, holder.name, holder.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca, path_length), critical=True)
        )
        if usage is not None:
            builder = builder.add_extension(key_usage(**usage), critical=True)
        for extension, critical in extra:
            builder = builder.add_extension(extension, critical)
        certificate = builder.sign(self.key, hashes.SHA256())
        return Certificate.from_der(certificate.public_bytes(Encoding.DER))

    def revoke(
        self,
        revoked: Mapping[Certificate, datetime] | None = None,
        *,
        start: datetime = AT - DAY,
        end: datetime | None = AT + 7 * DAY,
        others: int = 0,
    ) -> bytes:
        """A revocation list of this authority (DER), with so many entries of no interest."""
        builder = x509.CertificateRevocationListBuilder(self.name, start, end)
        for certificate, date in (revoked or {}).items():
            builder = builder.add_revoked_certificate(_entry(certificate.serial, date))
        for number in range(1, others + 1):
            builder = builder.add_revoked_certificate(_entry(number, start))
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _entry(serial: int, date: datetime) -> x509.RevokedCertificate:
    return x509.RevokedCertificateBuilder(serial, date).build()


def key_usage(**set_bits: bool) -> x509.KeyUsage:
    names = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{name: set_bits.get(name, False) for name in names})
