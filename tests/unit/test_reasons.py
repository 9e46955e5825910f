"""The catalogue of reasons: codes are stable, texts exist in both languages and fill in."""

import re
import string

import pytest

from axis.reasons import Check, Reason, reason_of_code
from axis.verdict import MAX_FACT_CHARS, Finding, Outcome, Verdict
from tests.vectors.recipes.page import PAGE, page


@pytest.mark.parametrize("reason", list(Reason))
def test_reason_has_a_code_texts_in_both_languages_and_a_source(reason: Reason) -> None:
    assert re.fullmatch(r"[FSAC](-[A-Z0-9]+)+", reason.code)
    assert reason_of_code(reason.code) is reason
    assert reason.check in Check
    assert reason.source
    assert len(reason.value.vi) > 10
    assert len(reason.value.en) > 10


def test_reason_codes_are_unique() -> None:
    codes = [reason.code for reason in Reason]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("reason", list(Reason))
def test_reason_texts_name_the_same_facts_in_both_languages(reason: Reason) -> None:
    def facts(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert facts(reason.value.vi) == facts(reason.value.en)


def test_missing_fact_reads_as_a_question_mark_instead_of_failing() -> None:
    assert "?" in Finding(Reason.TOO_LARGE).text_en()


def test_day_is_written_as_each_language_does_and_a_quoted_value_as_it_is() -> None:
    facts = {"code": "H37.90", "date": "2025-01-01"}
    assert "từ 01/01/2025 và" in Reason.RECEIVER_CLOSED.describe_vi(facts)
    assert "on 2025-01-01 and" in Reason.RECEIVER_CLOSED.describe_en(facts)
    quoted = {"field": "DueDate", "value": "2025-01-01", "expected": "yyyy/MM/dd"}
    assert "2025-01-01" in Reason.BAD_VALUE.describe_vi(quoted)


def test_hostile_fact_is_bounded_and_never_interpreted() -> None:
    finding = Finding(Reason.SENDER_UNKNOWN, facts={"code": "{0.__class__}" * 1000})
    assert "{0.__class__}" in finding.text_vi()
    assert len(finding.text_vi()) < MAX_FACT_CHARS + 200


def test_unknown_code_has_no_reason() -> None:
    assert reason_of_code("X-UNKNOWN") is None


def test_verdict_is_failed_as_soon_as_one_finding_refuses_and_names_refusals_first() -> None:
    warning, refusal = Finding(Reason.FIELD_LONG), Finding(Reason.NOT_XML)
    assert Verdict.of([]).outcome is Outcome.PASSED
    assert Verdict.of([warning]).outcome is Outcome.PASSED
    verdict = Verdict.of([warning, refusal])
    assert verdict.outcome is Outcome.FAILED
    assert verdict.findings == (refusal, warning)


def test_page_of_reasons_is_what_the_catalogue_and_the_vectors_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.vectors.recipes.page"


@pytest.mark.parametrize("reason", list(Reason))
def test_reason_stands_on_the_page_once_under_its_check(reason: Reason) -> None:
    assert page().count(f"| `{reason.code}` |") == 1
