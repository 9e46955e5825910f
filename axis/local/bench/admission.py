"""What admission costs: one document after the other, in this process, with no server.

Each figure is compared with the least that any validator does in the same run: parsing the bytes
with a hardened parser and validating the tree against the schema.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Final

from lxml import etree

from axis.clock import VIETNAM, system_clock
from axis.edxml.build import File, new_document
from axis.edxml.schema import compile_schema
from axis.edxml.values import Document, Organization, SignerInfo
from axis.edxml.write import write_document
from axis.edxml.xml import hardened_parser
from axis.examination import Rules, Verifier, examine
from axis.exchange.admission.checks import admit_document
from axis.exchange.admission.known import Known
from axis.local.bench.accounting import ProcessGroup
from axis.local.bench.load import LoadError
from axis.local.pdf import make_pdf
from axis.local.pki import make_demo_pki
from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.directory import Directory
from axis.registry.mandates import Mandate
from axis.trust.sign import sign
from axis.trust.verify import SignatureVerdict, verify
from axis.verdict import Verdict

ROUNDS: Final = 2_000
"""Measurements of a small document; their median stands whatever else the machine does."""

SECONDS: Final = 8.0
"""About the longest that one kind of document is measured, unless asked otherwise."""

SENDER: Final = "G22"
"""Code of the agency that sends what is measured."""
_RECEIVERS: Final = ("H37", "H26", "H30")
_MEGABYTE: Final = 1024 * 1024
_HUGE: Final = 10_000_000
"""Above this, libxml2 reads a text only when it is told to (``huge_tree``)."""


_FEW_WORDS: Final = 120
"""Bytes of the text attached to the smallest document, plain as the .NET producer sends it; the
other files are wrapped in an archive as the Java producer does."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document to measure."""

    name: str
    """How a command asks for it."""
    label: str
    file_name: str
    file_bytes: int
    memory: bool = False
    """Whether its peak of memory is measured too, in a process of its own."""


KINDS: Final = (
    Kind("4kb-txt", "4 KB, txt", "1.txt", _FEW_WORDS),
    Kind("4kb-pdf", "4 KB, pdf", "1.pdf", 0),
    Kind("100kb", "100 KB, pdf", "1.pdf", 72_000),
    Kind("1mb", "1 MB, pdf", "1.pdf", 760_000),
    Kind("10mb", "10 MB, pdf", "1.pdf", 10 * _MEGABYTE, memory=True),
    Kind("50mb", "50 MB, pdf", "1.pdf", 50 * _MEGABYTE, memory=True),
)
"""The bench shapes; 10 and 50 MB are those of the attached file."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kind of document costs; CPU milliseconds, medians of one run."""

    label: str
    document_bytes: int
    bare_ms: float
    """Parsing and schema validation with the bare library."""
    unsigned_ms: float
    """The whole of admission but the signature check."""
    whole_ms: float
    """All five checks."""
    memory_multiple: float | None = None
    """Growth of the process's peak over its size before, the document's own bytes included, in
    multiples of the document; all five checks."""

    @property
    def ratio(self) -> float:
        """Admission without the signature check as a multiple of the bare minimum."""
        return self.unsigned_ms / self.bare_ms


@dataclass(frozen=True, slots=True)
class _Bench:
    """Signed documents and the registry that admits them."""

    rules: Rules
    directory: Directory
    at: datetime
    bodies: Mapping[str, bytes]


def measure_admission(
    kinds: Sequence[Kind], seconds: float, progress: Callable[[int], None]
) -> list[Cost]:
    """Measure every kind for so many seconds at the most; `progress` is told how many are done.

    Raises LoadError when a document is not admitted: its figures would mean nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        bench = _prepare(Path(folder), kinds)
    costs = []
    for kind in kinds:
        costs.append(_measure(bench, kind, seconds))
        progress(len(costs))
    return costs


def _prepare(folder: Path, kinds: Sequence[Kind]) -> _Bench:
    at = system_clock()
    pki = make_demo_pki(folder, [(SENDER, "Văn phòng Chính phủ")], at, rsa_agencies=())
    seal = pki.seal(SENDER).load()
    agencies = [
        Agency(code, f"Cơ quan {code}", Level.CENTRAL, endpoint=code.lower())
        for code in (SENDER, *_RECEIVERS)
    ]
    endpoints = [Endpoint(agency.code.lower(), agency.name) for agency in agencies]
    enrolled = Mandate(seal.certificate.fingerprint, SENDER)
    return _Bench(
        rules=Rules(pki.policy()),
        directory=Directory(agencies, endpoints, [enrolled]),
        at=at,
        bodies={
            kind.name: sign(write_document(bench_document(kind, at)), seal)
            for kind in (KINDS[0], *kinds)
        },
    )


def bench_document(kind: Kind, at: datetime) -> Document:
    """Return a document of a kind, unsigned."""
    return new_document(
        sender=Organization(organ_id=SENDER, name="Văn phòng Chính phủ"),
        receivers=[Organization(organ_id=code, name=f"Cơ quan {code}") for code in _RECEIVERS],
        number=101,
        notation="VPCP-TTĐT",
        date=at.astimezone(VIETNAM).date(),
        at=at,
        place="Hà Nội",
        subject="V/v đo hiệu năng kiểm tra văn bản điện tử",
        signer=SignerInfo(competence="TL.", position="Cục trưởng", full_name="Trần Văn Thử"),
        files=[File(kind.file_name, _content(kind))],
        wrapped=kind.file_bytes != _FEW_WORDS,
    )


def _content(kind: Kind) -> bytes:
    """Return a file that does not compress; a text has no more than a few words."""
    if kind.file_name.endswith(".txt"):
        return ("Nội dung văn bản. " * kind.file_bytes)[: kind.file_bytes].encode()
    filling = Random(1).randbytes(kind.file_bytes)  # noqa: S311 - filling, no secret
    return make_pdf(["Nội dung văn bản"], filling=filling)


def _measure(bench: _Bench, kind: Kind, seconds: float) -> Cost:
    body = bench.bodies[kind.name]
    _refuse_failure(kind, _admit(bench, body))
    bare, unsigned, whole = alternating(
        [
            lambda: _bare(body),
            lambda: _admit(bench, body, _no_signature),
            lambda: _admit(bench, body),
        ],
        seconds,
    )
    return Cost(
        label=kind.label,
        document_bytes=len(body),
        bare_ms=bare,
        unsigned_ms=unsigned,
        whole_ms=whole,
        memory_multiple=_memory_multiple(bench, body) if kind.memory else None,
    )


def _bare(body: bytes) -> None:
    parser = hardened_parser(huge=len(body) > _HUGE)
    if not compile_schema().validate(etree.fromstring(body, parser)):
        raise LoadError("the document does not fit the schema")


def _no_signature(*_: object, **__: object) -> SignatureVerdict:
    return SignatureVerdict(Verdict())


def _admit(bench: _Bench, body: bytes, verifier: Verifier = verify) -> Verdict:
    """Run the five checks as a worker and the router do."""
    examination = examine(body, bench.rules, bench.at, verifier=verifier)
    findings = list(examination.findings)
    if isinstance(examination.message, Document):
        known = Known(bench.directory)
        endpoint = SENDER.lower()
        admitted = admit_document(examination.message, endpoint, examination, known, bench.at)
        findings += admitted.findings
    return Verdict.of(findings, examination.files)


def _refuse_failure(kind: Kind, verdict: Verdict) -> None:
    if verdict.findings:
        found = ", ".join(finding.reason.code for finding in verdict.findings)
        raise LoadError(f"{kind.label}: {found}")


def alternating(steps: Sequence[Callable[[], object]], seconds: float) -> list[float]:
    """Return the median milliseconds of each step, taken in turns, so that all meet one machine."""
    for step in steps:
        step()  # code and memory are warm, as they are in a worker
    times: list[list[float]] = [[] for _ in steps]
    end = time.monotonic() + seconds
    while len(times[0]) < ROUNDS and (time.monotonic() < end or not times[0]):
        for step, taken in zip(steps, times, strict=True):
            started = time.thread_time()
            step()
            taken.append((time.thread_time() - started) * 1000)
    return [statistics.median(taken) for taken in times]


def _memory_multiple(bench: _Bench, body: bytes) -> float:
    with (
        tempfile.NamedTemporaryFile(suffix=".edxml") as file,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        Path(file.name).write_bytes(body)
        small = bench.bodies[KINDS[0].name]
        args = (bench.rules, bench.directory, bench.at, small, file.name)
        return pool.submit(_grown, *args).result() / len(body)


def _grown(rules: Rules, directory: Directory, at: datetime, small: bytes, file: str) -> int:
    """Return the bytes by which the peak of a fresh process grows for one document."""
    bench = _Bench(rules, directory, at, {})
    _admit(bench, small)  # every library is loaded
    own = ProcessGroup(lambda: [os.getpid()])
    own.forget_peaks()
    own.look()
    before = own.peak_bytes()
    verdict = _admit(bench, Path(file).read_bytes())
    own.look()
    assert verdict.passed
    return own.peak_bytes() - before
