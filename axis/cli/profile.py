"""The client profile: one endpoint's address, keys, journal and trust in a small TOML file."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from axis.client import ReceiptTrust, TimestampAuthority
from axis.clock import system_clock
from axis.errors import ConfigurationError
from axis.facts import SignatureLevel
from axis.secret_files import with_password
from axis.trust.certificates import Certificate, load_certificates
from axis.trust.folders import certificates_in
from axis.trust.keys import SigningKey
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import FIELD
from axis.trust.receipt_certificates import receipt_certificates_at
from axis.trust.sign import sign


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AxisSection(_Section):
    """What the endpoint has to know about the axis."""

    anchors: Path
    """File or folder: roots of the certification authorities."""
    intermediates: Path | None = None
    """File or folder: authorities that signers may leave out."""
    certificates: Path
    """The certificates with which the axis signs receipts: a file, or the folder that the axis
    hands out (``axis key export``), which says since when each is no longer used."""


class AgencyKeys(_Section):
    """An agency's seal."""

    key_file: Path
    certificate_file: Path
    """The certificate, then the authorities above it."""


class SigningSection(_Section):
    """How documents are signed."""

    level: SignatureLevel = SignatureLevel.PLAIN
    tsa: str | None = None
    """Address of the timestamp authority, which XAdES-T needs."""

    def sign(self, message: bytes, key: SigningKey) -> bytes:
        """Sign at this level, now; raises ConfigurationError without a timestamp authority.

        Beside it InvalidInputError for what cannot be signed, and TimestampUnavailableError.
        """
        authority = None if self.tsa is None else TimestampAuthority(self.tsa)
        if self.level is SignatureLevel.TIMESTAMPED and authority is None:
            raise ConfigurationError(
                "XAdES-T cần địa chỉ cấp dấu thời gian: --tsa, hoặc tsa ở mục [signing] của hồ sơ."
                " / XAdES-T needs a timestamp authority: --tsa, or tsa in the profile's [signing]."
            )
        return sign(message, key, level=self.level, at=system_clock(), timestamp=authority)


class ClientProfile(_Section):
    """One endpoint."""

    url: str
    """Address of the axis's broker; the account is the endpoint."""
    endpoint: str
    password_file: Path
    journal: Path
    received: Path = Path("received")
    """Folder for documents that are received."""
    axis: AxisSection
    agencies: dict[str, AgencyKeys] = {}
    signing: SigningSection = SigningSection()
    folder: Path
    """Where the profile lies; its paths start there."""

    @property
    def address(self) -> str:
        """Return the address with the endpoint's account and password."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        named = urlunsplit(parts._replace(netloc=f"{self.endpoint}@{host}"))
        return with_password(named, self.folder / self.password_file)

    def key(self, agency: str) -> SigningKey:
        """Return an agency's seal; raises ConfigurationError when the profile has none."""
        keys = self.agencies.get(agency)
        if keys is None:
            known = ", ".join(self.agencies) or "—"
            raise ConfigurationError(
                f"Hồ sơ không có khóa của cơ quan «{agency}» (có: {known})."
                f" / The profile has no key of agency «{agency}» (it has: {known})."
            )
        return SigningKey.load(self.folder / keys.key_file, self.folder / keys.certificate_file)

    def receipt_trust(self) -> ReceiptTrust:
        """Return whose receipts are believed."""
        history = receipt_certificates_at(self.folder / self.axis.certificates)
        return ReceiptTrust.over(history, self._all_at(self.axis.anchors), self._intermediates())

    def document_policy(self) -> SignaturePolicy:
        """Return the policy for the signatures of documents that are received."""
        return FIELD.with_trust(self._all_at(self.axis.anchors), self._intermediates())

    def _intermediates(self) -> tuple[Certificate, ...]:
        path = self.axis.intermediates
        return () if path is None else self._all_at(path)

    def _all_at(self, path: Path) -> tuple[Certificate, ...]:
        path = self.folder / path
        if path.is_dir():
            return certificates_in(path)
        try:
            return load_certificates(path.read_bytes())
        except OSError as error:
            raise ConfigurationError(
                f"Không đọc được «{path}» ({error.strerror})."
                f" / «{path}» cannot be read ({error.strerror})."
            ) from error


def load_profile(file: Path) -> ClientProfile:
    """Read a profile; raises ConfigurationError naming each wrong entry."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
        return ClientProfile(**{**values, "folder": file.absolute().parent})
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        ]
        detail = "\n  ".join(lines)
    except OSError as error:
        detail = error.strerror or ""
    except ValueError as error:  # no UTF-8, no TOML
        detail = str(error)
    raise ConfigurationError(
        f"Hồ sơ kết nối «{file}» sai / The client profile «{file}» is wrong:\n  {detail}"
    )
