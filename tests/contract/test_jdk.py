"""Another independent implementation agrees with ours: javax.xml.crypto.dsig of the JDK."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from axis.local.pki import DemoPki, make_demo_pki
from axis.reasons import Reason
from axis.trust.sign import sign
from axis.trust.verify import verify
from tests.attacks.forgery import C14N, C14N11, EXCLUSIVE, Forgery

PROGRAM = Path(__file__).parent / "java" / "Sign.java"
VECTORS = Path(__file__).parents[1] / "vectors" / "edxml"
NOW = datetime.now(UTC).replace(microsecond=0)
TIMEOUT = 100
"""Seconds for compiling, and for some fifty signatures; it takes five on an idle machine."""

RSA_AGENCY, EC_AGENCY = "G22", "H26"
SAMPLES = ("new_single_pdf", "dotnet_dialect_new", "status_01")


@dataclass(frozen=True)
class Shape:
    """How the JDK is to sign."""

    name: str
    c14n: str = C14N
    transform_too: bool = True
    """Whether the canonicalisation is named for the document, too."""
    prefix: str = "ds"
    key_value: bool = False
    whole_chain: bool = True
    lines: bool = True
    """Whether base64 is broken into lines, with CRLF, as the JDK does."""


SHAPES = (
    *(
        Shape(f"{name}-{prefix or 'default-namespace'}", c14n=c14n, prefix=prefix)
        for (name, c14n), prefix in product(
            (("c14n-1.0", C14N), ("c14n-1.1", C14N11), ("exclusive", EXCLUSIVE)), ("ds", "")
        )
    ),
    Shape("key-value", key_value=True),
    Shape("one-line", lines=False),
    Shape(
        "like-dotnet",
        transform_too=False,
        prefix="",
        key_value=True,
        whole_chain=False,
        lines=False,
    ),
)

AGENCIES = (RSA_AGENCY, EC_AGENCY)
JDK_SIGNED = tuple(product(SHAPES, AGENCIES, SAMPLES))
OURS = tuple(product(AGENCIES, SAMPLES))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    names = [(RSA_AGENCY, "Văn phòng Chính phủ"), (EC_AGENCY, "UBND thành phố")]
    return make_demo_pki(tmp_path_factory.mktemp("pki"), names, NOW, rsa_agencies={RSA_AGENCY})


@dataclass(frozen=True)
class Desk:
    """What was signed by the JDK, and what it said of what was signed here."""

    folder: Path
    said: dict[str, bool]

    def signed_by_jdk(self, shape: Shape, agency: str, sample: str) -> bytes:
        return (self.folder / f"jdk-{shape.name}-{agency}-{sample}.xml").read_bytes()

    def says(self, name: str) -> bool:
        return self.said[str(self.folder / name)]


@pytest.fixture(scope="module")
def desk(pki: DemoPki, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """All jobs in one run of Java."""
    folder = tmp_path_factory.mktemp("jdk")
    jobs = []
    for agency in AGENCIES:
        (folder / f"{agency}.p12").write_bytes(store(pki, agency))
    for shape, agency, sample in JDK_SIGNED:
        target = folder / f"jdk-{shape.name}-{agency}-{sample}.xml"
        flags = (shape.key_value, shape.whole_chain, shape.lines)
        jobs.append(
            ("sign", VECTORS / f"{sample}.edxml", target, folder / f"{agency}.p12", shape.c14n,
             yes(shape.transform_too), shape.prefix, *map(yes, flags))
        )  # fmt: skip
    for agency, sample in OURS:
        signed = sign((VECTORS / f"{sample}.edxml").read_bytes(), pki.seal(agency).load())
        for name, body in (("sound", signed), ("altered", signed.replace(b"G22", b"G09"))):
            file = folder / f"{name}-{agency}-{sample}.xml"
            file.write_bytes(body)
            jobs.append(("verify", file))
    for agency, c14n in product(AGENCIES, (C14N11, EXCLUSIVE)):
        forgery = Forgery(pki.seal(agency).load(), canonicalization=c14n)
        forgery.transforms = [forgery.transforms[0], c14n]
        file = folder / f"forged-{agency}-{c14n.rpartition('/')[2]}.xml"
        file.write_bytes(forgery.sign((VECTORS / "status_01.edxml").read_bytes()))
        jobs.append(("verify", file))
    (folder / "jobs").write_text("\n".join("\t".join(map(str, job)) for job in jobs))
    run = subprocess.run(
        ["/usr/bin/java", "-XX:TieredStopAtLevel=1", PROGRAM, folder / "jobs"],
        check=True,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    lines = (line.split("\t") for line in run.stdout.splitlines())
    return Desk(folder, {name: said == "true" for name, said in lines})


def store(pki: DemoPki, agency: str) -> bytes:
    key = pki.seal(agency).load()
    return pkcs12.serialize_key_and_certificates(
        b"seal",
        key.private,
        key.certificate.parsed(),
        [authority.parsed() for authority in key.authorities],
        BestAvailableEncryption(b"test"),
    )


def yes(flag: bool) -> str:
    return "yes" if flag else "no"


@pytest.mark.parametrize(
    ("shape", "agency", "sample"), JDK_SIGNED, ids=lambda one: getattr(one, "name", one)
)
def test_document_signed_by_the_jdk_passes_here(
    shape: Shape, agency: str, sample: str, pki: DemoPki, desk: Desk
) -> None:
    knowing = pki.policy().with_trust(pki.anchors, pki.seal(agency).load().authorities)

    result = verify(desk.signed_by_jdk(shape, agency, sample), knowing, NOW)

    assert result.passed, result.verdict
    assert result.certificate == pki.seal(agency).certificate


@pytest.mark.parametrize("agency", AGENCIES)
def test_document_signed_by_the_jdk_and_altered_is_refused_here(
    agency: str, pki: DemoPki, desk: Desk
) -> None:
    signed = desk.signed_by_jdk(SHAPES[0], agency, "new_single_pdf")
    altered = signed.replace(b"G22", b"G09")
    assert altered != signed

    findings = verify(altered, pki.policy(), NOW).verdict.findings

    assert [finding.reason for finding in findings] == [Reason.ALTERED]


def test_the_jdk_writes_carriage_returns_as_references(desk: Desk) -> None:
    """So that the test above shows that they are read."""
    assert b"&#13;" in desk.signed_by_jdk(SHAPES[0], RSA_AGENCY, "status_01")


@pytest.mark.parametrize(("agency", "sample"), OURS)
def test_document_signed_here_passes_in_the_jdk_and_altered_fails(
    agency: str, sample: str, desk: Desk
) -> None:
    assert desk.says(f"sound-{agency}-{sample}.xml")
    assert not desk.says(f"altered-{agency}-{sample}.xml")


@pytest.mark.parametrize(("agency", "c14n"), [*product(AGENCIES, (C14N11, EXCLUSIVE))])
def test_forgeries_of_the_attacks_are_sound_signatures(agency: str, c14n: str, desk: Desk) -> None:
    """An attack that no verifier could believe would show nothing."""
    file = desk.folder / f"forged-{agency}-{c14n.rpartition('/')[2]}.xml"
    assert desk.says(file.name)
