"""A journal, a PKI with the axis's receipt key, and receipts signed with it."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from axis.client.journal import Journal
from axis.client.receipts import ReceiptTrust
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt, Subject, SubjectKind, SubmissionFacts
from axis.evidence.xml import write_receipt
from axis.ids import new_id
from axis.local.pki import DemoPki, make_demo_pki
from axis.trust.keys import SigningKey
from axis.trust.location import RECEIPT
from axis.trust.sign import sign

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BODY = b"<edXML>the bytes of a submission</edXML>"


class Axis:
    """Signs receipts as the axis does, or as somebody else would."""

    def __init__(self, pki: DemoPki) -> None:
        self.pki = pki
        self.key = pki.receipts.load()
        self.trust = ReceiptTrust.of([self.key.certificate], pki.anchors)

    def receipt(
        self,
        event: Event = Event.SUBMISSION_ACCEPTANCE,
        *,
        body: bytes = BODY,
        key: SigningKey | None = None,
        at: datetime = NOW,
    ) -> bytes:
        receipt = Receipt(
            id=new_id(),
            event=event,
            at=at,
            issuer="Trục thử nghiệm",
            subject=Subject(
                kind=SubjectKind.DOCUMENT,
                sha256=hashlib.sha256(body).hexdigest(),
                size=len(body),
                document_id="G22,2026/03/02,1/VPCP-VT",
            ),
            submission=SubmissionFacts(endpoint="g22", message_id="m-1", received_at=NOW),
        )
        return sign(write_receipt(receipt), key or self.key, location=RECEIPT)


@pytest.fixture(scope="session")
def axis(tmp_path_factory: pytest.TempPathFactory) -> Axis:
    folder = tmp_path_factory.mktemp("client-pki")
    return Axis(make_demo_pki(folder, [("G22", "Văn phòng Chính phủ")], NOW - timedelta(days=30)))


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = await Journal.open(tmp_path / "g22.journal")
    yield journal
    await journal.close()


@pytest.fixture
def sample_status() -> bytes:
    return (Path(__file__).parents[2] / "vectors" / "edxml" / "status_03.edxml").read_bytes()
