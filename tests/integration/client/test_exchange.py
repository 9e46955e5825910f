"""An agency's system and the real axis: sending, receipts, receiving, statuses."""

from contextlib import aclosing
from pathlib import Path

import pytest

from axis.client import (
    AccountRefusedError,
    AgencySystem,
    Answer,
    AxisUnreachableError,
    Delivery,
    ReceiptTimeoutError,
    ReceiptTrust,
    UnprovenReceiptError,
)
from axis.client.contract import Route
from axis.clock import system_clock
from axis.edxml.codes import Priority, StatusCode
from axis.errors import ConfigurationError, InvalidInputError
from axis.evidence.events import Event
from axis.local.installation import Installation
from axis.trust.profiles import FIELD
from tests.integration.client.conftest import Connect
from tests.support.offices import Offices


async def take(system: AgencySystem, body: bytes) -> Delivery:
    """Return the delivery of these bytes; what else comes is acknowledged."""
    async with aclosing(system.deliveries()) as deliveries:
        async for delivery in deliveries:
            if delivery.body == body:
                return delivery
            await delivery.acknowledge()
    raise AssertionError("deliveries ended")


async def answer_about(system: AgencySystem, document: str | None, event: str) -> Answer:
    """Return the receipt of this event, or the status with this code, about a document."""
    async with aclosing(system.answers()) as answers:
        async for answer in answers:
            await answer.acknowledge()
            receipt = answer.receipt and answer.receipt.receipt
            found = receipt.event if receipt else answer.status and answer.status.code
            if answer.document == document and found == event:
                return answer
    raise AssertionError("answers ended")


async def test_submitted_document_gets_a_proven_acceptance(
    g22: AgencySystem, offices: Offices
) -> None:
    submission = await g22.submit(offices.seal(offices.letter("G22", ["H37.02"])))
    receipt = await submission.receipt()
    assert receipt.proof
    assert receipt.accepted
    assert receipt.receipt is not None
    assert receipt.receipt.subject.sha256 == submission.sha256
    assert await g22.receipt_of(submission.message_id) == receipt


async def test_wrong_document_gets_a_proven_rejection_with_every_reason(
    g22: AgencySystem, offices: Offices
) -> None:
    document = offices.letter("G22", ["H37.90", "NOBODY"])
    receipt = await (await g22.submit(offices.seal(document))).receipt()
    assert receipt.proof
    assert not receipt.accepted
    assert receipt.receipt is not None
    assert receipt.receipt.verdict is not None
    codes = {finding.code for finding in receipt.receipt.verdict.findings}
    assert codes == {"A-RECEIVER-CLOSED", "A-RECEIVER-UNKNOWN"}


async def test_bytes_that_are_no_xml_get_a_proven_rejection(g22: AgencySystem) -> None:
    receipt = await (await g22.submit(b"not XML at all", check=False)).receipt()
    assert receipt.proof
    assert not receipt.accepted


async def test_document_arrives_with_its_files_and_a_signature_that_holds(
    g22: AgencySystem, lgsp: AgencySystem, offices: Offices, axis: Installation
) -> None:
    letter = offices.letter("G22", ["H37.02", "H37.101"])
    body = offices.seal(letter)
    await g22.submit(body)
    delivery = await take(lgsp, body)
    assert delivery.document == letter
    assert set(delivery.receivers) == {"H37.02", "H37.101"}
    assert delivery.intact
    assert delivery.attachments[0].data.startswith(b"%PDF-1.7")
    checked = delivery.verify(FIELD.with_trust(axis.pki.anchors), system_clock())
    assert checked.document == letter
    assert await delivery.acknowledge()


async def test_acknowledged_delivery_is_not_shown_again(
    g22: AgencySystem, connect: Connect, offices: Offices
) -> None:
    first, second = (offices.seal(offices.letter("G22", ["G09"])) for _ in range(2))
    async with connect("g09") as g09:
        await (await g22.submit(first)).receipt()
        delivery = await take(g09, first)
        await delivery.acknowledge()
    await (await g22.submit(second)).receipt()
    async with connect("g09") as g09, aclosing(g09.deliveries()) as deliveries:
        shown = await anext(deliveries)
        assert shown.body == second
        await shown.acknowledge()


async def test_delivery_that_was_not_acknowledged_is_shown_again(
    g22: AgencySystem, connect: Connect, offices: Offices
) -> None:
    body = offices.seal(offices.letter("G22", ["G09"]))
    await g22.submit(body)
    async with connect("g09") as g09:
        shown = await take(g09, body)
    async with connect("g09") as g09:
        again = await take(g09, body)
        assert again.message_id == shown.message_id
        assert again.redelivered
        await again.acknowledge()


async def test_released_delivery_is_shown_again(
    g22: AgencySystem, connect: Connect, offices: Offices
) -> None:
    body = offices.seal(offices.letter("G22", ["G09"]))
    await g22.submit(body)
    async with connect("g09") as g09:
        await (await take(g09, body)).release()
        await (await take(g09, body)).acknowledge()


async def test_waiting_documents_are_shown_urgent_ones_first_and_then_it_ends(
    g22: AgencySystem, connect: Connect, offices: Offices
) -> None:
    normal = offices.seal(offices.letter("G22", ["G09"]))
    urgent = offices.seal(offices.letter("G22", ["G09"], priority=Priority.EXPRESS))
    for body in (normal, urgent):
        submission = await g22.submit(body)
        receipt = (await submission.receipt()).receipt
        assert receipt is not None
        document = str(receipt.subject.axis_id)
        await answer_about(g22, document, Event.CONTENT_CONSIGNMENT)
    async with connect("g09") as g09:
        shown = []
        async for delivery in g09.waiting():
            shown.append(delivery.body)
            await delivery.acknowledge()
        assert shown == [urgent, normal]
        assert [delivery.body async for delivery in g09.waiting()] == []


async def test_waiting_document_that_was_only_looked_at_still_waits(
    g22: AgencySystem, connect: Connect, offices: Offices
) -> None:
    body = offices.seal(offices.letter("G22", ["G09"]))
    receipt = (await (await g22.submit(body)).receipt()).receipt
    assert receipt is not None
    await answer_about(g22, str(receipt.subject.axis_id), Event.CONTENT_CONSIGNMENT)
    async with connect("g09") as g09:
        assert [delivery.body async for delivery in g09.waiting()] == [body]
        async for delivery in g09.waiting():
            assert delivery.body == body
            await delivery.acknowledge()


async def test_urgent_document_takes_the_urgent_lane_by_its_priority(
    g22: AgencySystem, offices: Offices
) -> None:
    letter = offices.letter("G22", ["H37.02"], priority=Priority.URGENT)
    submission = await g22.submit(offices.seal(letter))
    record = await g22.journal.submissions.get(submission.message_id)
    assert record.route is Route.URGENT
    assert record.document_id == letter.document_id


async def test_status_reaches_the_sender_with_its_proof(
    g22: AgencySystem, lgsp: AgencySystem, offices: Offices
) -> None:
    body = offices.seal(offices.letter("G22", ["H37.02"]))
    await g22.submit(body)
    delivery = await take(lgsp, body)
    reported = await lgsp.report(
        delivery,
        StatusCode.ACCEPTED,
        as_agency="H37.02",
        key=offices.key("H37.02"),
        description="Đã vào sổ số 15",
    )
    await delivery.acknowledge()
    assert (await reported.receipt()).accepted
    answer = await answer_about(g22, delivery.axis_id, "03")
    assert answer.status is not None
    assert answer.status.description == "Đã vào sổ số 15"
    proof = await answer_about(g22, delivery.axis_id, Event.CONSIGNMENT_ACCEPTANCE)
    assert proof.receipt is not None
    assert proof.receipt.proof


async def test_sender_takes_a_document_back_from_one_receiver(
    g22: AgencySystem, lgsp: AgencySystem, offices: Offices
) -> None:
    letter = offices.letter("G22", ["H37.02"])
    await (await g22.submit(offices.seal(letter))).receipt()
    asked = await g22.report(
        letter,
        StatusCode.TAKE_BACK,
        as_agency="G22",
        to="H37.02",
        key=offices.key("G22"),
        description="Gửi nhầm",
    )
    assert (await asked.receipt()).accepted
    async with aclosing(lgsp.answers()) as answers:
        async for answer in answers:
            if answer.status is not None and answer.status.description == "Gửi nhầm":
                assert answer.status.code is StatusCode.TAKE_BACK
                break


async def test_submitting_again_under_the_same_id_sends_nothing_twice(
    g22: AgencySystem, offices: Offices
) -> None:
    body = offices.seal(offices.letter("G22", ["H37.02"]))
    first = await g22.submit(body, message_id="so-dang-ky-15")
    receipt = await first.receipt()
    again = await g22.submit(body, message_id="so-dang-ky-15")
    assert await again.receipt() == receipt


async def test_receipt_collected_by_another_process_is_found_in_the_journal(
    g22: AgencySystem, connect: Connect, offices: Offices
) -> None:
    submission = await g22.submit(offices.seal(offices.letter("G22", ["H37.02"])))
    async with connect("g22") as other:
        assert (await other.receipt(submission.message_id)).proof


async def test_receipt_that_does_not_come_in_time_is_a_timeout(g22: AgencySystem) -> None:
    await g22.journal.submissions.add("never-sent", Route.DOCUMENT, b"x", system_clock())
    await g22.journal.submissions.published("never-sent", system_clock())
    with pytest.raises(ReceiptTimeoutError, match="never-sent"):
        await g22.receipt("never-sent", timeout=0.1)
    assert await g22.receipt_of("never-sent") is None


async def test_receipt_of_an_axis_that_is_not_trusted_is_never_reported_as_proof(
    axis: Installation, offices: Offices, tmp_path: Path
) -> None:
    stranger = ReceiptTrust.of([axis.pki.seal("G22").certificate], axis.pki.anchors)
    async with AgencySystem.connect(
        axis.endpoint_url("g22"), "g22", journal=tmp_path / "journal", trust=stranger
    ) as system:
        submission = await system.submit(offices.seal(offices.letter("G22", ["H37.02"])))
        with pytest.raises(UnprovenReceiptError):
            await submission.receipt()


async def test_without_trust_a_receipt_is_information_only(
    axis: Installation, offices: Offices, tmp_path: Path
) -> None:
    async with AgencySystem.connect(
        axis.endpoint_url("g22"), "g22", journal=tmp_path / "journal"
    ) as system:
        submission = await system.submit(offices.seal(offices.letter("G22", ["H37.02"])))
        receipt = await submission.receipt()
        assert receipt.accepted
        assert not receipt.proof


async def test_wrong_password_is_refused_at_once(axis: Installation, tmp_path: Path) -> None:
    url = axis.endpoint_url("g22").replace(axis.passwords()["g22"], "wrong")
    with pytest.raises(AccountRefusedError, match="g22"):
        async with AgencySystem.connect(url, "g22", journal=tmp_path / "journal"):
            pass


async def test_broker_that_is_away_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(AxisUnreachableError):
        async with AgencySystem.connect(
            "amqp://g22:x@127.0.0.1:1/axis", "g22", journal=tmp_path / "journal"
        ):
            pass


async def test_address_of_another_account_is_refused(axis: Installation, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="g09"):
        async with AgencySystem.connect(
            axis.endpoint_url("g22"), "g09", journal=tmp_path / "journal"
        ):
            pass


@pytest.mark.parametrize("message_id", ["", "có dấu", "two words", "x" * 129])
async def test_message_id_that_the_axis_would_refuse_is_refused_here(
    g22: AgencySystem, message_id: str
) -> None:
    with pytest.raises(InvalidInputError):
        await g22.submit(b"x", message_id=message_id)
