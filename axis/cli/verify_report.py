"""A signature's verdict explained: who signed, for whom, by what right, when, what was checked."""

from collections.abc import Iterator
from datetime import date

from rich.console import Console

from axis.cli.check_report import Result, Unreadable, outcome_of, print_report, print_subject
from axis.cli.output import shown
from axis.cli.page import print_fact, print_findings, print_header, print_line
from axis.exchange.intake.preview import Preview
from axis.facts import Capacity, RevocationFact, RevocationState, Right, SignatureFacts

_RIGHTS = {
    Capacity.SEAL: "con dấu số của chính cơ quan · the agency's own seal",
    Capacity.PERSON: "người được giao quyền ký · a named person with a mandate",
    Capacity.PARENT: "cơ quan cấp trên ký thay · an agency above it, on its behalf",
    Capacity.CARRIER: "chỉ chuyển, không ký thay ai · carries only, signs for nobody",
}
_STATES = {
    RevocationState.GOOD: "chưa bị thu hồi · not revoked",
    RevocationState.REVOKED: "đã bị thu hồi · revoked",
    RevocationState.UNKNOWN: "không biết · not known",
}


def print_explanation(page: Console, name: str, result: Result) -> None:
    """Print whose signature a file carries and what it is worth."""
    if isinstance(result, Unreadable):
        print_report(page, name, result)
        return
    print_header(page, name, outcome_of(result))
    print_subject(page, result)
    facts = result.verdict.signature
    if facts is None:
        print_line(page, "Không có chữ ký nào xét được. · There is no signature to judge.", "bold")
    else:
        for fact, value in explained(facts, result):
            print_fact(page, fact, value)
    print_findings(page, result.verdict.findings)
    page.print()


def explained(facts: SignatureFacts, result: Preview) -> Iterator[tuple[str, str]]:
    """Yield what a person asks about a signature, each with its answer."""
    unknown = "không xác định được · not known"
    yield "Ai ký · Signed by", facts.signer or unknown
    yield "Ký thay ai · For", _agency(facts.right, result) or unknown
    yield "Theo quyền nào · By what right", _right(facts.right)
    yield "Khi nào · When", "; ".join(_when(facts))
    yield "Cách ký · How", f"{facts.level.value}, {facts.algorithm}".strip(", ")
    yield "Đường dẫn chứng thực · Path", " → ".join(step.subject for step in facts.path)
    for one in facts.revocation:
        yield "Thu hồi · Revocation", _revocation(one)
    if not facts.revocation:
        yield "Thu hồi · Revocation", "chưa xét · not consulted"
    yield "Chính sách · Policy", facts.policy
    yield "EN 319 102-1", facts.sub_indication or ""


def _agency(right: Right | None, result: Preview) -> str:
    if right is None:
        return ""
    name = result.sender.name if result.sender and result.sender.code == right.agency else ""
    return f"{right.agency} {name}".strip()


def _right(right: Right | None) -> str:
    if right is None:
        return "không có quyền nào được ghi nhận · no mandate is on record"
    act = f"; quyết định · act {right.act}" if right.act else ""
    return f"{_RIGHTS[right.capacity]}{act}{_term(right.first, right.last)}"


def _term(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return ""
    return f"; {shown(first) or '…'} – {shown(last) or '…'}"


def _when(facts: SignatureFacts) -> Iterator[str]:
    if facts.claimed_at is not None:
        yield f"người ký khai · claimed {shown(facts.claimed_at)}"
    if facts.proven_at is not None:
        yield f"dấu thời gian chứng minh · proven {shown(facts.proven_at)} ({facts.timestamped_by})"
    else:
        yield "không có dấu thời gian · no timestamp"
    if facts.judged_at is not None:
        yield f"xét tại thời điểm · judged as of {shown(facts.judged_at)}"


def _revocation(fact: RevocationFact) -> str:
    told = [fact.subject, _STATES[fact.state]]
    if fact.revoked_at is not None:
        told.append(shown(fact.revoked_at))
    if fact.source is not None:
        told.append(f"{fact.source.upper()} {shown(fact.this_update)} – {shown(fact.next_update)}")
    if fact.grace:
        told.append("thông tin cũ, trong thời gian gia hạn · old information, within the grace")
    return ", ".join(told)
