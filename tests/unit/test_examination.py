"""What the bytes of a submission alone say: format, signature and content, all at once."""

import hashlib
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest

from axis.edxml.build import File, new_document
from axis.edxml.codes import StatusCode
from axis.edxml.values import Document, Status
from axis.edxml.write import write_document
from axis.examination import Examination, Rules, examine
from axis.local.pdf import make_pdf
from axis.local.pki import DemoPki, make_demo_pki
from axis.reasons import Check, Reason
from axis.trust.policy import SignaturePolicy
from axis.trust.sign import sign

AT = datetime(2025, 10, 6, 2, 30, tzinfo=UTC)
SAMPLES = Path(__file__).parents[1] / "vectors" / "edxml"
MAX_BYTES = 4_000_000


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    folder = tmp_path_factory.mktemp("pki")
    return make_demo_pki(folder, [("G22", "Văn phòng Chính phủ")], AT, rsa_agencies=())


@pytest.fixture(scope="module")
def policy(pki: DemoPki) -> SignaturePolicy:
    return pki.policy()


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.edxml").read_bytes()


def letter(*files: File) -> bytes:
    """Return an unsigned document with real files."""
    return write_document(
        new_document(
            sender="G22",
            receivers=["H37"],
            number=101,
            notation="VPCP-TH",
            date=AT.date(),
            at=AT,
            subject="V/v thử nghiệm",
            files=files or [File("101-VPCP.pdf", make_pdf(["Văn bản số 101"]))],
        )
    )


def reasons(examination: Examination) -> list[Reason]:
    return [finding.reason for finding in examination.findings]


def test_signed_document_is_read_with_its_signer_and_without_the_files_bodies(
    pki: DemoPki, policy: SignaturePolicy
) -> None:
    body = sign(letter(), pki.seal("G22").load())
    done = examine(body, Rules(policy, max_bytes=MAX_BYTES), AT)
    assert done.size == len(body)
    assert isinstance(done.message, Document)
    assert done.message.attachments == ()
    assert len(done.message.references) == 1
    assert done.certificate is not None
    assert done.certificate.organization_identifier == "G22"
    assert [reason for reason in reasons(done) if reason.severity.value == "refuse"] == []


def test_facts_about_the_files_stand_beside_the_findings(
    pki: DemoPki, policy: SignaturePolicy
) -> None:
    pdf = make_pdf(["Văn bản số 101"])
    body = sign(letter(File("101-VPCP.pdf", pdf)), pki.seal("G22").load())
    (file,) = examine(body, Rules(policy, max_bytes=MAX_BYTES), AT).files
    assert (file.name, file.media_type, file.size) == ("101-VPCP.pdf", "application/pdf", len(pdf))
    assert file.sha256 == hashlib.sha256(pdf).hexdigest()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("new_single_pdf", Reason.BAD_PDF),
        ("new_multi_to_4level_hoatoc_5att", Reason.BAD_OFFICE),
    ],
)
def test_bytes_that_only_bear_the_name_of_a_file_are_refused_as_what_they_claim_to_be(
    policy: SignaturePolicy, name: str, reason: Reason
) -> None:
    done = examine(sample(name), Rules(policy, max_bytes=MAX_BYTES), AT)
    assert reason in reasons(done)


def test_examination_is_small_enough_to_hand_between_processes(
    pki: DemoPki, policy: SignaturePolicy
) -> None:
    body = sign(sample("new_multi_to_4level_hoatoc_5att"), pki.seal("G22").load())
    done = examine(body, Rules(policy, max_bytes=MAX_BYTES), AT)
    assert pickle.loads(pickle.dumps(done)) == done
    assert len(pickle.dumps(done)) < 20_000


def test_signed_status_is_read(pki: DemoPki, policy: SignaturePolicy) -> None:
    body = sign(sample("status_03"), pki.seal("G22").load())
    done = examine(body, Rules(policy, max_bytes=MAX_BYTES), AT)
    assert isinstance(done.message, Status)
    assert done.message.code is StatusCode.ACCEPTED
    assert done.message.timestamp is not None
    assert done.message.timestamp.tzinfo is not None


def test_unsigned_document_is_read_so_that_its_refusal_can_name_it(
    policy: SignaturePolicy,
) -> None:
    done = examine(sample("new_single_pdf"), Rules(policy, max_bytes=MAX_BYTES), AT)
    assert isinstance(done.message, Document)
    assert done.certificate is None
    assert Reason.UNSIGNED in reasons(done)


def test_every_finding_with_a_place_has_the_line_of_the_sent_bytes(
    pki: DemoPki, policy: SignaturePolicy
) -> None:
    body = sample("new_single_pdf").replace(b"<edXML:Subject>", b"<edXML:Subject>\xe2\x80\x8bM", 1)
    body = body.replace(b">101<", ">năm<".encode(), 1)
    for sent in (body, sign(body, pki.seal("G22").load())):
        done = examine(sent, Rules(policy, max_bytes=MAX_BYTES), AT)
        lines = sent.split(b"\n")
        assert {finding.reason.check for finding in done.findings} >= {Check.FORMAT, Check.CONTENT}
        for finding in done.findings:
            assert finding.line is not None, finding
            named = finding.place.rpartition("/")[2].partition("[")[0].rpartition(":")[2]
            missing = finding.reason is Reason.UNSIGNED
            assert missing or named.encode() in lines[finding.line - 1], finding


def test_altered_document_is_refused_whoever_signed(pki: DemoPki, policy: SignaturePolicy) -> None:
    body = sign(sample("new_single_pdf"), pki.seal("G22").load())
    altered = body.replace(b"<edXML:Subject>", b"<edXML:Subject>X ", 1)
    assert altered != body
    done = examine(altered, Rules(policy, max_bytes=MAX_BYTES), AT)
    assert Reason.ALTERED in reasons(done)


def test_every_fault_is_named_and_not_only_the_first(policy: SignaturePolicy) -> None:
    body = sample("new_single_pdf").replace(b"cid:", b"cid:other-", 1)
    body = body.replace(b"<edXML:Subject>", b"<edXML:Subject/><edXML:Subject>", 1)
    found = set(reasons(examine(body, Rules(policy, max_bytes=MAX_BYTES), AT)))
    assert {Reason.SCHEMA, Reason.UNSIGNED} <= found
    assert found & {Reason.ATTACHMENT_MISSING, Reason.ATTACHMENT_UNLISTED}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.NOT_XML),
        (b"%PDF-1.7", Reason.NOT_XML),
        (b"<edXML" + b"x" * MAX_BYTES, Reason.TOO_LARGE),
        (b"<html/>", Reason.WRONG_ROOT),
        (b"<!DOCTYPE edXML><edXML/>", Reason.DTD_PRESENT),
    ],
)
def test_bytes_that_are_no_message_are_known_by_their_digest(
    policy: SignaturePolicy, body: bytes, reason: Reason
) -> None:
    done = examine(body, Rules(policy, max_bytes=MAX_BYTES), AT)
    assert (done.message, done.certificate) == (None, None)
    assert reasons(done)[0] is reason
    assert len(done.sha256) == 64
