"""A receipt (biên nhận) as people read it, with what its signature is worth."""

from collections.abc import Iterator
from typing import Any

from axis.cli.output import note, print_facts, print_json, print_table, print_title, say, size
from axis.client import CheckedReceipt, SubmissionHeldError
from axis.edxml.codes import StatusCode
from axis.evidence.receipt import Receipt
from axis.web.texts import TEXTS


def print_receipt(checked: CheckedReceipt) -> None:
    """Print everything that a receipt states, and whether it is proof."""
    receipt = checked.receipt
    if receipt is not None:
        event = receipt.event
        print_title(f"{event.text_vi} · {event.text_en}")
        print_facts(_facts(receipt))
        if receipt.receivers:
            print_table(
                ("Nơi nhận · Receiver", "Tên · Name", "Hệ thống · Endpoint", "Trạng thái · State"),
                [
                    (
                        line.code or line.named,
                        line.name,
                        line.endpoint,
                        state_text(line.state or ""),
                    )
                    for line in receipt.receivers
                ],
            )
        _print_verdict(receipt)
    _print_signature(checked)


def say_held(notice: CheckedReceipt) -> None:
    """Tell people that the axis keeps what they sent, and why; there is nothing to do."""
    note("Đang chờ, trục giữ và tự xử lý; không cần gửi lại.", "Waiting; no need to send it again.")
    verdict = None if notice.receipt is None else notice.receipt.verdict
    for finding in () if verdict is None else verdict.findings:
        note(f"  {finding.code}: {finding.text_vi}", finding.text_en)


def print_held(error: SubmissionHeldError, *, json: bool) -> None:
    """Print the notice of what is still held when the time to wait for its receipt is over."""
    if json:
        print_json({"message_id": error.message_id, **receipt_json(error.notice)})
    else:
        print_receipt(error.notice)


def receipt_json(checked: CheckedReceipt) -> dict[str, Any]:
    """Return a receipt for machines."""
    return {
        "proof": checked.proof,
        "accepted": checked.accepted,
        "held": checked.held,
        "signature": None if checked.verdict is None else checked.verdict.to_json(),
        "signer": None if checked.signer is None else checked.signer.subject,
        "receipt": checked.receipt,
        "xml": checked.xml.decode("utf-8", errors="replace"),
    }


def state_text(state: str) -> str:
    """Return the name of a delivery's state; one of a later version stands for itself."""
    vi, en = TEXTS.get(f"state.{state}", (state, ""))
    return f"{vi} · {en}" if en else vi


def _facts(receipt: Receipt) -> Iterator[tuple[str, object]]:
    subject, submission = receipt.subject, receipt.submission
    yield "Sự kiện · Event", f"{receipt.event.code} {receipt.event.value}"
    yield "Lúc · At", receipt.at
    yield "Bên lập · Issued by", receipt.issuer
    yield "Mã biên nhận · Receipt", receipt.id
    yield "Về · About", " · ".join(TEXTS[f"receipt.subject.{subject.kind.value}"])
    yield "Số, ký hiệu · Number", subject.code
    yield "Mã văn bản · DocumentId", subject.document_id
    yield "Nơi gửi · Sender", subject.sender
    yield "Mã trên trục · Axis id", subject.axis_id
    yield "Dung lượng · Size", size(subject.size)
    yield "SHA-256", subject.sha256
    if submission is not None:
        yield "Hệ thống gửi · Submitted by", submission.endpoint
        yield "Trục nhận lúc · Taken at", submission.received_at
        yield "message_id", submission.message_id
    if receipt.status is not None:
        yield "Trạng thái · Status", status_text(receipt.status.code)
        yield "Nội dung · Description", receipt.status.description


def status_text(code: str) -> str:
    """Return a status's code with its name in both languages."""
    known = {one.value: one for one in StatusCode}.get(code)
    return code if known is None else f"{code} {known.name_vi} · {known.name_en}"


def _print_verdict(receipt: Receipt) -> None:
    verdict = receipt.verdict
    if verdict is None:
        return
    say(*TEXTS[f"receipt.outcome.{verdict.outcome.value}"])
    for finding in verdict.findings:
        place = f" ({finding.place})" if finding.place else ""
        say(f"  {finding.code}{place}: {finding.text_vi}", finding.text_en)
    if verdict.omitted:
        say(f"  … và {verdict.omitted} nhận xét khác", f"and {verdict.omitted} more")


def _print_signature(checked: CheckedReceipt) -> None:
    signer = checked.signer.subject if checked.signer else "?"
    if checked.verdict is None:
        say(
            "Chữ ký chưa được kiểm tra (thiếu chứng thư của trục); đây chưa phải bằng chứng.",
            "The signature was not checked (no certificates of the axis); this is no proof.",
        )
    elif checked.proof:
        say(f"Chữ ký hợp lệ: {signer}.", "The signature holds.")
    else:
        say("CHỮ KÝ KHÔNG HỢP LỆ, không phải bằng chứng:", "THE SIGNATURE FAILS, no proof:")
        for finding in checked.verdict.findings:
            say(f"  {finding.reason.code}: {finding.text_vi()}", finding.text_en())
