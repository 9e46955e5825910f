"""Receipts hold, from the moment they are made, exactly what their XML will say."""

import pickle
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from axis.evidence.events import Event
from axis.evidence.receipt import (
    MAX_FINDINGS,
    FindingFacts,
    Receipt,
    ReceiverLine,
    StatusFacts,
    Subject,
    SubjectKind,
    VerdictFacts,
)
from axis.evidence.text import MAX_TEXT_CHARS, clean
from axis.reasons import Reason, Severity
from axis.verdict import Finding, Outcome, Verdict

NOON = datetime(2025, 10, 1, 5, 0, tzinfo=UTC)
SUBJECT = Subject(kind=SubjectKind.UNREADABLE, sha256="0" * 64, size=3)


def receipt(at: datetime = NOON) -> Receipt:
    return Receipt(
        id=UUID(int=7),
        event=Event.SUBMISSION_REJECTION,
        at=at,
        issuer="Trục liên thông",
        subject=SUBJECT,
        receivers=(ReceiverLine(named=("G12", "000.00.00.G12")),),
    )


def test_receipt_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(receipt())) == receipt()


def test_receipt_time_is_kept_in_utc_to_the_millisecond() -> None:
    vietnam = timezone(timedelta(hours=7))
    made = receipt(datetime(2025, 10, 1, 12, 0, 0, 123999, tzinfo=vietnam))
    assert made.at == datetime(2025, 10, 1, 5, 0, 0, 123000, tzinfo=UTC)
    assert made.at.utcoffset() == timedelta(0)


def test_receipt_time_without_a_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="time zone"):
        receipt(datetime(2025, 10, 1))


@pytest.mark.parametrize(
    "hostile",
    [
        "\x00",
        "\x1b[2J",
        "\x0b",
        "\x7f",
        "\x9b31m",
        "\ud800",
        "\ufffe",
        "\u202e",
        "\u2066",
    ],
)
def test_clean_text_replaces_what_xml_cannot_hold_or_people_should_not_meet(hostile: str) -> None:
    assert clean(f"a{hostile}b") == f"a\ufffd{hostile[1:]}b"


def test_clean_text_keeps_vietnamese_newlines_and_rare_letters() -> None:
    text = "Thượng khẩn\n\t«Ủy ban» 𠮷 \u00a0 €"
    assert clean(text) == text


def test_clean_text_is_bounded() -> None:
    cut = clean("ă" * (MAX_TEXT_CHARS + 1))
    assert len(cut) == MAX_TEXT_CHARS
    assert cut.endswith("ă…")


def test_receipt_values_are_cleaned_wherever_they_stand() -> None:
    assert StatusFacts(code="02", description="sai\x00mẫu").description == "sai\ufffdmẫu"
    assert ReceiverLine(named=("G\x01", "G2")).named == ("G\ufffd", "G2")


def test_verdict_facts_take_findings_down_in_words_refusals_first() -> None:
    finding = Finding(Reason.RECEIVER_UNKNOWN, "/edXML//To[2]", 9, {"code": "H99\ud800"})
    warnings = [Finding(reason) for reason in Reason if reason.severity is Severity.WARN]
    facts = VerdictFacts.of(Verdict((*warnings, finding)))
    assert facts.outcome is Outcome.FAILED
    assert facts.findings[0] == FindingFacts(
        code="A-RECEIVER-UNKNOWN",
        severity=Reason.RECEIVER_UNKNOWN.severity,
        place="/edXML//To[2]",
        line=9,
        text_vi="Mã cơ quan nhận «H99\ufffd» không có trong danh bạ. Hãy kiểm tra mã định danh nơi"
        " nhận.",
        text_en="The receiver code «H99\ufffd» is not in the registry. Check the receiver's agency"
        " code.",
    )
    assert facts.omitted == 0


def test_verdict_facts_of_endless_findings_are_counted() -> None:
    findings = [Finding(Reason.RECEIVER_UNKNOWN)] * (MAX_FINDINGS + 3)
    facts = VerdictFacts.of(Verdict.of(findings))
    assert len(facts.findings) == MAX_FINDINGS
    assert facts.omitted == 3


def test_verdict_texts_of_every_reason_fit_uncut() -> None:
    facts = dict.fromkeys(("detail", "subject", "value", "name", "document_id"), "ă" * 200)
    for reason in Reason:
        finding = Finding(reason, facts=facts)
        assert FindingFacts.of(finding).text_vi == finding.text_vi()
        assert FindingFacts.of(finding).text_en == finding.text_en()
