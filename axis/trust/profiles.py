"""Named signature policies (hồ sơ chính sách chữ ký), read from a TOML file.

The file that comes with the program, `policies.toml`, explains every key. A file of one's own takes
its place as a whole, so that what is in force can be read in one place.
"""

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from axis.errors import ConfigurationError
from axis.facts import SignatureLevel
from axis.trust.location import SignatureLocation
from axis.trust.policy import Curve, RevocationMode, RevocationRules, SignaturePolicy

USUAL: Final = "field"
"""The profile where nobody has chosen one."""

MAX_FILE_BYTES: Final = 256 * 1024
"""A profile has 2 kB; a larger file is not one of policies."""

_SIGNATURES: Final = {
    f"{key}-sha{bits}": SignatureMethod[f"{key.upper()}_SHA{bits}"]
    for key in ("rsa", "ecdsa")
    for bits in (256, 384, 512)
}
"""RSA-PSS is not offered: the axis's producers do not write it, and several verifiers in the field
cannot read it. SHA-1, DSA and HMAC are nobody's to switch on."""

_DIGESTS: Final = {f"sha{bits}": DigestAlgorithm[f"SHA{bits}"] for bits in (256, 384, 512)}

_CANONICALIZATIONS: Final = {
    "c14n-1.0": CanonicalizationMethod.CANONICAL_XML_1_0,
    "c14n-1.1": CanonicalizationMethod.CANONICAL_XML_1_1,
    "exclusive-c14n-1.0": CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
}

_Hours = Annotated[float, Field(ge=0, le=24 * 366)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Term(_Part):
    until: date | None = None


class _Place(_Part):
    namespace: str = Field(min_length=1)
    path: tuple[str, ...] = Field(min_length=1)


class _Revocation(_Part):
    mode: RevocationMode
    max_age: _Hours
    grace: _Hours
    hold: _Hours


class _Profile(_Part):
    about_vi: str
    about_en: str
    algorithms: dict[
        Literal[
            "rsa-sha256",
            "rsa-sha384",
            "rsa-sha512",
            "ecdsa-sha256",
            "ecdsa-sha384",
            "ecdsa-sha512",
        ],
        _Term,
    ] = Field(min_length=1)
    digests: dict[Literal["sha256", "sha384", "sha512"], _Term] = Field(min_length=1)
    canonicalizations: frozenset[Literal["c14n-1.0", "c14n-1.1", "exclusive-c14n-1.0"]] = Field(
        min_length=1
    )
    place: _Place
    levels: frozenset[SignatureLevel] = Field(min_length=1)
    properties: frozenset[str]
    unsigned_properties: frozenset[str]
    min_rsa_bits: int = Field(ge=2048, le=8192)
    curves: frozenset[Curve] = Field(min_length=1)
    purposes: frozenset[Annotated[str, Field(pattern=r"^[0-2](\.[0-9]+)+$")]]
    clock_tolerance: int = Field(ge=0, le=3600)
    revocation: _Revocation

    def policy(self, name: str) -> SignaturePolicy:
        """Return the profile as the check takes it."""
        signatures = {_SIGNATURES[one]: term.until for one, term in self.algorithms.items()}
        digests = {_DIGESTS[one]: term.until for one, term in self.digests.items()}
        ends: list[tuple[SignatureMethod | DigestAlgorithm, date | None]] = [
            *signatures.items(),
            *digests.items(),
        ]
        revocation, tolerance = self.revocation, timedelta(seconds=self.clock_tolerance)
        return SignaturePolicy(
            name=name,
            signature_algorithms=frozenset(signatures),
            digest_algorithms=frozenset(digests),
            phased_out=frozenset((one, day) for one, day in ends if day is not None),
            canonicalizations=frozenset(_CANONICALIZATIONS[one] for one in self.canonicalizations),
            location=SignatureLocation(path=self.place.path, namespace=self.place.namespace),
            levels=self.levels,
            properties=self.properties,
            unsigned_properties=self.unsigned_properties,
            min_rsa_bits=self.min_rsa_bits,
            curves=self.curves,
            extended_key_usages=self.purposes,
            clock_tolerance=tolerance,
            revocation=RevocationRules(
                revocation.mode,
                max_age=timedelta(hours=revocation.max_age),
                grace=timedelta(hours=revocation.grace),
                hold=timedelta(hours=revocation.hold),
                tolerance=tolerance,
            ),
        )


_FILE: Final = TypeAdapter(dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")], _Profile])


def load_policies(text: str, source: str) -> dict[str, SignaturePolicy]:
    """Return the profiles of a TOML text by name; ``source`` is how errors call it.

    Raises ConfigurationError that names each wrong key.
    """
    try:
        profiles = _FILE.validate_python(tomllib.loads(text))
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise _wrong(source, "\n  ".join(lines)) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _wrong(source, str(error)) from error
    return {name: profile.policy(name) for name, profile in profiles.items()}


def policy_named(name: str, file: Path | None = None) -> SignaturePolicy:
    """Return a profile of a file, or of the one that comes with the program.

    Raises ConfigurationError when the file cannot be used or has no such profile.
    """
    policies = shipped_policies() if file is None else _read(file)
    try:
        return policies[name]
    except KeyError:
        names = ", ".join(policies)
        raise ConfigurationError(
            f"Không có chính sách chữ ký «{name}»; hãy chọn: {names}."
            f" / There is no signature policy «{name}»; choose one of: {names}."
        ) from None


@cache
def shipped_policies() -> dict[str, SignaturePolicy]:
    """Return the profiles that come with the program."""
    source = files("axis.trust") / "policies.toml"
    return load_policies(source.read_text(encoding="utf-8"), source.name)


def _read(file: Path) -> dict[str, SignaturePolicy]:
    try:
        with file.open("rb") as stream:
            text = stream.read(MAX_FILE_BYTES + 1)
        if len(text) > MAX_FILE_BYTES:
            raise _wrong(str(file), f"> {MAX_FILE_BYTES} byte")
        return load_policies(text.decode(), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(str(file), str(error)) from error


def _wrong(source: str, detail: str) -> ConfigurationError:
    return ConfigurationError(
        f"Tệp chính sách chữ ký «{source}» không dùng được."
        f" / The signature policies of «{source}» cannot be used:\n  {detail}"
    )


STRICT: Final = shipped_policies()["strict"]
"""What axis itself writes and no more."""

FIELD: Final = shipped_policies()["field"]
"""What sound signing software in agencies writes."""

RECEIPTS: Final = shipped_policies()["receipt"]
"""What receipts of the axis are held to."""
