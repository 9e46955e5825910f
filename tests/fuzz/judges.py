"""What must hold for every input, whatever it is: the properties that the fuzzer tries to break.

Each judge returns quietly or raises; the fuzzer and the test suite call the same ones.
"""

from collections.abc import Callable, Iterable
from typing import Final

import orjson

from axis.content.inspection import inspect
from axis.content.pdf_signatures import MAX_SIGNATURES
from axis.content.policy import ContentPolicy
from axis.edxml.attachments import contents, pair_up
from axis.edxml.base64text import encode
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.parse import read
from axis.edxml.values import Attachment, Document, Message, Reference, Status
from axis.edxml.write import write_message
from axis.evidence.xml import read_receipt
from axis.examination import Examination, examine
from axis.exchange.decision.case import Case, Ending
from axis.exchange.decision.decider import Decider
from axis.exchange.intake.preview import Grounds, preview
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.submission import Route, Submission
from axis.ids import new_id
from axis.reasons import Check, Severity
from axis.verdict import Finding, Outcome
from tests.fuzz.files import FILES
from tests.fuzz.trials import Submitted, Trial, submitted
from tests.fuzz.world import AT, ENDPOINT, world
from tests.support.changing import replace

MAX_ALL_FINDINGS: Final = 10 * MAX_FINDINGS
"""No part of admission finds more than its share, however wrong a message is."""

MAX_TEXT_CHARS: Final = 2_000
"""A text of the catalogue with every fact at its longest."""


def judge_parse(data: bytes) -> None:
    """Read the bytes; a sound message says the same after it was written again."""
    reading = read(data)
    _judge_findings(reading.findings, MAX_FINDINGS)
    assert reading.message is not None or reading.findings, "neither message nor finding"
    message = reading.message
    if isinstance(message, Document):
        pair_up(message)
        _judge_findings(contents(message)[1], MAX_ALL_FINDINGS)
    if message is not None and reading.sound:
        again = read(write_message(message))
        assert again.message == message, "a written message reads differently"


def judge_content(data: bytes) -> None:
    """Look through an attached file; the first byte of the input says what it is called."""
    name, file = FILES[data[0] % len(FILES)][0] if data else "", data[1:]
    document = Document(
        references=(Reference(content_id="cid:1", name=name),),
        attachments=(Attachment(content_id="cid:1", name=name, encoded=encode(file)),),
    )
    inspection = inspect(document, ContentPolicy())
    _judge_findings(inspection.findings, MAX_FINDINGS)
    _judge_findings(contents(document)[1], MAX_FINDINGS)
    assert inspection.files or inspection.findings, "neither facts nor findings"
    for facts in inspection.files:
        _judge_json(facts.to_json())
        assert len(facts.signatures) <= MAX_SIGNATURES


def judge_admission(data: bytes) -> None:
    """Submit a document, signed or not, and have it decided with a receipt."""
    _judge_submission(Trial.of(data), Route.DOCUMENT)


def judge_status(data: bytes) -> None:
    """Submit a status about documents that the axis knows, and have it decided."""
    _judge_submission(Trial.of(data), Route.STATUS)


JUDGES: Final[dict[str, Callable[[bytes], None]]] = {
    "parse": judge_parse,
    "content": judge_content,
    "admission": judge_admission,
    "status": judge_status,
}
"""By the name of the fuzzer's target."""


def _judge_submission(trial: Trial, route: Route) -> None:
    sent = submitted(trial, world().key)
    examination = examine(sent.body, world().rules, AT)
    _judge_findings(examination.findings, MAX_ALL_FINDINGS)
    _judge_trust(examination, sent)
    previewed = preview(examination, Grounds(world().known(), ENDPOINT), AT)
    _judge_json(previewed.to_json())
    decider = Decider(world().known(), Notary("Trục thử nghiệm"), AT)
    decision = decider.decide(Case(_submission(sent.body, route), examination))
    assert (decision.ending in (Ending.REFUSED, Ending.HELD)) is bool(decision.reasons)
    for row in decider.records.evidence:
        read_receipt(row.receipt)
    for document in decider.records.documents:
        _judge_json(document.verdict)
    if route is Route.DOCUMENT and isinstance(examination.message, Document):
        outcome = previewed.verdict.outcome
        accepted, held = outcome is Outcome.PASSED, outcome is Outcome.INDETERMINATE
        assert (decision.ending is Ending.ACCEPTED) is accepted, "preview and decision differ"
        assert (decision.ending is Ending.HELD) is held, "preview and decision differ"


def _judge_trust(examination: Examination, sent: Submitted) -> None:
    """What passes the signature check was signed by the key, over exactly these values."""
    if examination.certificate is None or any(
        finding.reason.check is Check.SIGNATURE and finding.severity is Severity.REFUSE
        for finding in examination.findings
    ):
        return
    assert sent.original is not None, "nobody signed this"
    assert examination.certificate == world().key.certificate
    assert examination.message == _header(read(sent.original).message), "not what was signed"


def _header(message: Message | None) -> Message | None:
    return message if isinstance(message, Status | None) else replace(message, attachments=())


def _submission(body: bytes, route: Route) -> Submission:
    return Submission(
        id=new_id(),
        body=body,
        routing_key=route.value,
        user_id=ENDPOINT,
        message_id="m-1",
        received_at=AT,
    )


def _judge_findings(findings: Iterable[Finding], most: int) -> None:
    found = tuple(findings)
    assert len(found) <= most, f"{len(found)} findings"
    for finding in found:
        for text in (finding.text_vi(), finding.text_en()):
            assert 0 < len(text) <= MAX_TEXT_CHARS, f"{finding.reason.code}: {len(text)} characters"
            assert "?" not in _unfilled(finding), f"{finding.reason.code}: a fact is missing"
        _judge_json(finding.to_json())


def _unfilled(finding: Finding) -> str:
    """Return a question mark where the text names a fact that the finding lacks."""
    plain = dict.fromkeys(finding.facts, "x")
    return finding.reason.describe_en(plain) + finding.reason.describe_vi(plain)


def _judge_json(value: object) -> None:
    """What is stored must be JSON that PostgreSQL takes: no NUL, no half of a character."""
    assert b"\\u0000" not in orjson.dumps(value)
