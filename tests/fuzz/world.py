"""The small world that fuzzed messages come into: keys, a registry, documents sent before."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from axis.edxml.codes import DocumentKind
from axis.examination import Rules
from axis.exchange.admission.known import Known
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.stored import KnownDelivery, KnownDocument
from axis.exchange.versions import Link
from axis.ids import new_id
from axis.local.pki import make_demo_pki
from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.directory import Directory
from axis.registry.mandates import Mandate
from axis.trust.keys import SigningKey

AT: Final = datetime(2025, 10, 8, 2, 30, tzinfo=UTC)
ENDPOINT: Final = "all"
"""One endpoint for everybody: who may send where is for tests to ask, not for chance."""

_SENT: Final = (
    ("G22", "G22,2025/10/01,101/VPCP-KSTT", DocumentKind.NEW, ("G09", "H26")),
    ("G22", "G22,2025/10/01,101/VPCP-KSTT", DocumentKind.RECALL, ("G09",)),
    ("G09", "G09,2025/10/05,9/BNV-VP", DocumentKind.NEW, ("G22",)),
)
_MEMBERS: Final = (
    Agency("G22", "Văn phòng Chính phủ", Level.CENTRAL, None, ("000.00.00.G22",), ENDPOINT),
    Agency("G09", "Bộ Nội vụ", Level.CENTRAL, None, ("000.00.00.G09",), ENDPOINT),
    Agency(
        "G05", "Bộ đã sáp nhập", Level.CENTRAL, valid_to=AT.date() - timedelta(9), successor="G09"
    ),
    Agency("H26", "Ủy ban nhân dân tỉnh Thử Nghiệm", Level.PROVINCE, None, (), ENDPOINT),
    Agency("H26.12", "Sở Thử nghiệm", Level.PROVINCE, "H26"),
    Agency("H37.02", "Sở Thử nghiệm", Level.PROVINCE, None, ("000.00.02.H37",), ENDPOINT),
)


@dataclass(frozen=True, slots=True)
class World:
    """What stays the same over all inputs."""

    key: SigningKey
    """Everybody's: whose seal it is, is for tests to ask."""
    rules: Rules
    directory: Directory
    documents: tuple[KnownDocument, ...]
    links: tuple[Link, ...]
    deliveries: tuple[KnownDelivery, ...]

    def known(self) -> Known:
        """Return what is known, new for each input: decisions add to it."""
        known = Known(self.directory)
        for document in self.documents:
            known.add_document(document)
        known.add_links(self.links)
        for delivery in self.deliveries:
            known.add_delivery(delivery)
        return known


@cache
def world() -> World:
    """Make it, with keys that nobody else has."""
    with tempfile.TemporaryDirectory(prefix="axis-fuzz-") as folder:
        pki = make_demo_pki(Path(folder), [("G22", "Văn phòng Chính phủ")], AT, rsa_agencies=())
        key = pki.receipts.load()  # names no organisation, so it can be everybody's
        rules = Rules(pki.policy())
    directory = Directory(
        _MEMBERS,
        [Endpoint(ENDPOINT, "Hệ thống thử nghiệm")],
        [Mandate(key.certificate.fingerprint, agency.code) for agency in _MEMBERS],
    )
    documents = tuple(_sent(sender, name, kind) for sender, name, kind, _ in _SENT)
    deliveries = tuple(
        KnownDelivery(
            new_id(), document.id, receiver, ENDPOINT, DeliveryState.CONSIGNED, copy=new_id()
        )
        for document, (*_, receivers) in zip(documents, _SENT, strict=True)
        for receiver in receivers
    )
    first, recall, _ = documents
    links = (Link(recall.id, first.id, DocumentKind.RECALL, later=False),)
    return World(key, rules, directory, documents, links, deliveries)


def _sent(sender: str, document_id: str, kind: DocumentKind) -> KnownDocument:
    return KnownDocument(
        id=new_id(),
        sender=sender,
        document_id=document_id,
        kind=kind,
        sha256="0" * 64,
        size=1,
        code=document_id.rpartition(",")[2],
        endpoint=ENDPOINT,
        urgent=False,
        accepted_at=AT - timedelta(days=1),
        receipt=new_id(),
        receipt_size=1,
    )
