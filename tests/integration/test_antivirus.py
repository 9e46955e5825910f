"""ClamAV as it really answers, and really fails: nothing but a clear answer counts."""

import pickle
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from axis import antivirus
from axis.antivirus import ClamdScanner
from axis.content.scanner import ScannerAwayError, UnscannableError
from axis.edxml.build import File, new_document
from axis.edxml.write import write_document
from axis.examination import Rules, examine
from axis.local.pdf import make_pdf
from axis.local.pki import DemoPki, make_demo_pki
from axis.reasons import Reason
from axis.trust.sign import sign
from axis.verdict import Outcome, Verdict
from tests.support.clamd import EICAR, FILE_BYTES, STREAM_BYTES, PrivateClamd, private_clamd

AGENCY = "G22"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PDF = File("cong-van.pdf", make_pdf(["Công văn"]))
LONGEST = 100 * 1024 * 1024


@pytest.fixture
def clamd() -> Iterator[PrivateClamd]:
    with private_clamd() as running:
        yield running


def scanner_at(path: Path, timeout: float = 10.0, max_bytes: int = LONGEST) -> ClamdScanner:
    return ClamdScanner(path, timeout, max_bytes)


@pytest.mark.parametrize("size", [0, 1, antivirus.CHUNK_BYTES, 3 * antivirus.CHUNK_BYTES + 1])
def test_harmless_file_is_clean(clamd: PrivateClamd, size: int) -> None:
    assert scanner_at(clamd.path).scan(b"a" * size) is None


def test_malware_is_found_by_name(clamd: PrivateClamd) -> None:
    found = scanner_at(clamd.path).scan(EICAR)
    assert found == "Eicar-Test.UNOFFICIAL"


def test_scanner_works_after_its_way_into_a_worker(clamd: PrivateClamd) -> None:
    scanner = pickle.loads(pickle.dumps(scanner_at(clamd.path)))
    assert scanner.scan(EICAR) is not None
    assert scanner.scan(b"a") is None


def test_socket_that_is_missing_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(ScannerAwayError):
        scanner_at(tmp_path / "clamd.ctl").scan(b"a")


def test_socket_that_nobody_listens_to_is_no_answer(clamd: PrivateClamd) -> None:
    clamd.process.kill()
    clamd.process.wait()
    assert clamd.path.exists()
    with pytest.raises(ScannerAwayError):
        scanner_at(clamd.path).scan(EICAR)


def test_scanner_that_dies_in_mid_stream_is_no_answer(clamd: PrivateClamd) -> None:
    clamd.send(signal.SIGSTOP)
    threading.Timer(0.3, clamd.process.kill).start()
    with pytest.raises(ScannerAwayError):
        scanner_at(clamd.path).scan(b"a" * STREAM_BYTES)


@pytest.mark.parametrize("size", [1, STREAM_BYTES])
def test_scanner_that_hangs_is_no_answer(clamd: PrivateClamd, size: int) -> None:
    clamd.send(signal.SIGSTOP)
    with pytest.raises(ScannerAwayError, match="within"):
        scanner_at(clamd.path, timeout=0.3).scan(b"a" * size)


def test_scanner_that_hung_rests_and_is_asked_again_later(
    clamd: PrivateClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner = scanner_at(clamd.path, timeout=0.3)
    clamd.send(signal.SIGSTOP)
    with pytest.raises(ScannerAwayError, match="within"):
        scanner.scan(b"a")
    clamd.send(signal.SIGCONT)
    with pytest.raises(ScannerAwayError, match="a moment ago"):
        scanner.scan(b"a")
    monkeypatch.setattr(antivirus.time, "monotonic", lambda: scanner._rests_until)
    assert scanner.scan(EICAR) is not None


def test_file_over_the_stream_limit_is_an_error_and_never_clean(clamd: PrivateClamd) -> None:
    with pytest.raises(UnscannableError, match="StreamMaxLength"):
        scanner_at(clamd.path).scan(b"a" * (STREAM_BYTES + antivirus.CHUNK_BYTES))


def test_file_that_clamd_would_call_clean_unseen_is_not_offered(clamd: PrivateClamd) -> None:
    unseen = b"a" * (FILE_BYTES + 1)
    assert scanner_at(clamd.path).scan(unseen) is None
    with pytest.raises(UnscannableError, match=str(FILE_BYTES)):
        scanner_at(clamd.path, max_bytes=FILE_BYTES).scan(unseen)


# -- a document as a whole ---------------------------------------------------------------------


def examined(pki: DemoPki, scanner: ClamdScanner | None, *files: File) -> Verdict:
    document = new_document(
        sender=AGENCY,
        receivers=["H37.02"],
        number=1,
        notation="VP-TT",
        date=NOW.date(),
        at=NOW,
        place="Hà Nội",
        subject="V/v quét mã độc",
        files=files,
    )
    body = sign(write_document(document), pki.seal(AGENCY).load())
    found = examine(body, Rules(pki.policy()), NOW, scanner)
    return Verdict.of(found.findings, found.files)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    agencies = [(AGENCY, "Bộ Thử nghiệm")]
    return make_demo_pki(tmp_path_factory.mktemp("pki"), agencies, NOW, rsa_agencies=())


def test_document_waits_while_its_scanner_is_away(pki: DemoPki, tmp_path: Path) -> None:
    scanner = scanner_at(tmp_path / "clamd.ctl")
    verdict = examined(pki, scanner, PDF)
    assert verdict.outcome is Outcome.INDETERMINATE
    assert [finding.reason for finding in verdict.findings] == [Reason.SCANNER_AWAY]
    assert verdict.findings[0].facts["name"] == PDF.name


def test_document_with_malware_is_refused_and_told_which_file(
    pki: DemoPki, clamd: PrivateClamd
) -> None:
    verdict = examined(pki, scanner_at(clamd.path), PDF, File("a.txt", EICAR))
    assert verdict.outcome is Outcome.FAILED
    (finding,) = [one for one in verdict.findings if one.reason is Reason.MALWARE]
    assert finding.facts == {"name": "a.txt", "detail": "Eicar-Test.UNOFFICIAL"}


def test_document_with_clean_files_passes(pki: DemoPki, clamd: PrivateClamd) -> None:
    assert examined(pki, scanner_at(clamd.path), PDF).findings == ()


def test_document_without_files_needs_no_scanner(pki: DemoPki, tmp_path: Path) -> None:
    verdict = examined(pki, scanner_at(tmp_path / "clamd.ctl"))
    assert Reason.SCANNER_AWAY not in [finding.reason for finding in verdict.findings]
