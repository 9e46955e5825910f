"""Where vectors are made and judged: keys, a registry, and the four who judge."""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from signxml.algorithms import SignatureMethod

from axis.client.receipts import ReceiptTrust, check_receipt
from axis.errors import InvalidInputError
from axis.evidence.xml import read_receipt
from axis.examination import Rules, examine
from axis.exchange.admission.known import Known
from axis.exchange.admission.lists import MAX_DELIVERIES
from axis.exchange.decision.case import Case, Decision, Ending
from axis.exchange.decision.decider import Decider
from axis.exchange.decision.holding import LONGEST_WAIT, HoldLimits
from axis.exchange.intake.preview import Grounds, preview
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.stored import HeldSubmission
from axis.exchange.submission import Submission
from axis.facts import Capacity, SignatureLevel
from axis.ids import new_id
from axis.local.pki import DemoPki, KeyFiles, add_flawed_keys, make_demo_pki
from axis.local.pki_config import Flaw
from axis.local.pki_revocation import revoke_seal, write_revocation_lists
from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.directory import Directory, DirectoryChange
from axis.registry.groups import Group
from axis.registry.mandates import Mandate, MessageKind
from axis.trust.certificates import load_certificates
from axis.trust.keys import SigningKey
from axis.trust.location import EDXML, RECEIPT
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import FIELD
from axis.trust.receipt_certificates import ReceiptCertificate
from axis.trust.sign import sign
from axis.verdict import Outcome
from axis.workers import ProcessWorkbench, Tools
from tests.support.exchange import AGENCIES, ENDPOINTS
from tests.vectors.recipes.vector import Person, Sending, Trust, Vector, Waiting, Way

AT: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

REVOKED: Final = "G10"
"""An agency whose seal an administrator has withdrawn."""
OUT_OF_TERM: Final = "G11"
"""An agency whose seal was enrolled until last year."""
REVOKED_BY_ISSUER: Final = "G12"
"""An agency whose certification authority has revoked its certificate."""
CARRIER: Final = "G13"
"""Its certificate is a platform's, which only carries."""
STATUSES_ONLY: Final = "G14"
"""An agency whose seal may sign statuses and nothing else."""
MISTAKEN: Final = "G15"
"""An agency that a row of the registry, by mistake, gives another's seal."""
STRANGER: Final = "X99"
"""Has a good seal and is unknown to the registry."""

CROWD: Final = tuple(f"H26.{number}" for number in range(200, 250))
"""Receivers of a broadcast."""

GROUP: Final = "NHOM.XA.H26"
"""A group whose members can all be reached."""
GROUP_PART: Final = "NHOM.BO"
"""A group of which one member is not connected."""
GROUP_EMPTY: Final = "NHOM.CU"
"""A group whose only member has closed."""
GROUP_VAST: Final = "NHOM.XA"
"""A group that has more members than a document may reach."""

_GROUPS: Final = (
    Group(GROUP, "Các xã của H26", Level.COMMUNE, "H26"),
    Group(GROUP_PART, "Các bộ thử nghiệm", members=("G09", "K10")),
    Group(GROUP_EMPTY, "Đã giải thể", members=("H37.90",)),
    Group(GROUP_VAST, "Các xã thử nghiệm", Level.COMMUNE),
)
_AGENCIES: Final = (
    *AGENCIES,
    Agency(REVOKED, "Bộ Thử nghiệm Mười", Level.CENTRAL, endpoint="g22"),
    Agency(OUT_OF_TERM, "Bộ Thử nghiệm Mười Một", Level.CENTRAL, endpoint="g22"),
    Agency(REVOKED_BY_ISSUER, "Bộ Thử nghiệm Mười Hai", Level.CENTRAL, endpoint="g22"),
    Agency(CARRIER, "Trung tâm Thử nghiệm", Level.CENTRAL, endpoint="g22"),
    Agency(STATUSES_ONLY, "Bộ Thử nghiệm Mười Bốn", Level.CENTRAL, endpoint="g22"),
    Agency(MISTAKEN, "Bộ Thử nghiệm Mười Lăm", Level.CENTRAL, endpoint="g22"),
    Agency("H26", "Ủy ban nhân dân tỉnh Thử Nghiệm", Level.PROVINCE, endpoint="lgsp-h37"),
    Agency("H26.12", "Sở Thử nghiệm", Level.PROVINCE, "H26"),
    Agency("H26.101.3", "Phòng Thử nghiệm", Level.COMMUNE, "H26"),
    Agency("020100109106", "Tổng công ty Thử nghiệm", Level.CENTRAL, endpoint="g09"),
    *(Agency(code, f"Xã Thử nghiệm {code}", Level.COMMUNE, "H26") for code in CROWD),
    Agency("H98", "Tỉnh Thử nghiệm đông xã", Level.PROVINCE, endpoint="g09"),
    *(
        Agency(f"H98.{number}", f"Xã Thử nghiệm {number}", Level.COMMUNE, "H98")
        for number in range(MAX_DELIVERIES)
    ),
)
_YESTERDAY: Final = date(2026, 3, 1)
_SEALS: Final = ("G22", "G09", "H37", "H37.02", REVOKED, OUT_OF_TERM, REVOKED_BY_ISSUER)
_OTHER_SEALS: Final = (CARRIER, STATUSES_ONLY, STRANGER)
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of a vector."""

    codes: tuple[str, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Workshop:
    """Keys and a registry, the same for all vectors."""

    pki: DemoPki
    directory: Directory
    policies: Mapping[Trust, SignaturePolicy]

    def key(self, seal: str | Person | Flaw) -> SigningKey:
        """Return somebody's key, or one with a flaw, which `SigningKey.load` might refuse."""
        if isinstance(seal, Person):
            return self.pki.person(seal.agency).load()
        if not isinstance(seal, Flaw):
            return self.pki.seal(seal).load()
        files = self.pki.flawed(seal)
        key = load_pem_private_key(files.key_file.read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        return SigningKey.of(key, load_certificates(files.chain_file.read_bytes()))

    def signed_by_the_axis(self, receipt: bytes) -> bytes:
        """Return a receipt with the axis's own signature."""
        return sign(receipt, self.pki.receipts.load(), location=RECEIPT)

    def bytes_of(self, sending: Sending) -> bytes:
        """Return what is sent: signed, where it is to be and can be, and then tampered with."""
        body = sending.body
        if sending.seal is not None:
            location = RECEIPT if b"urn:vn:axis:receipt:1" in body[:200] else EDXML
            try:
                body = sign(body, self.key(sending.seal), location=location)
            except InvalidInputError:
                body = sending.body
        return body if sending.tampered is None else sending.tampered(body)

    def judge(self, vector: Vector) -> Judged:
        """Send a vector and return what is said of it."""
        sending = vector.sending if isinstance(vector.sending, Sending) else vector.sending(self)
        return _JUDGES[vector.way](self, vector, sending)

    def rules(self, vector: Vector) -> Rules:
        """Return the rules of an axis that trusts this PKI."""
        return Rules(self.policies[vector.trust], max_bytes=vector.max_bytes)


def make_workshop(folder: Path) -> Workshop:
    """Make keys into a folder, and a registry that knows them."""
    agencies = [(code, f"Cơ quan thử nghiệm {code}") for code in (*_SEALS, *_OTHER_SEALS)]
    pki = make_demo_pki(folder, agencies, AT, rsa_agencies=("H37.02",))
    add_flawed_keys(pki, AT)
    enrolled = [
        Mandate(
            pki.seal(code).certificate.fingerprint,
            code,
            revoked_at=AT - timedelta(days=1) if code == REVOKED else None,
            valid_to=date(2025, 12, 31) if code == OUT_OF_TERM else None,
        )
        for code in _SEALS
    ]
    enrolled += _other_rights(pki)
    enrolled += [Mandate(pki.flawed(flaw).certificate.fingerprint, "G22") for flaw in Flaw]
    endpoints = [Endpoint(name, f"Hệ thống {name}") for name in ENDPOINTS]
    return Workshop(pki, Directory(_AGENCIES, endpoints, enrolled, groups=_GROUPS), _policies(pki))


def _other_rights(pki: DemoPki) -> list[Mandate]:
    """Return mandates that are no plain seal's, and two that a registry should not have."""
    statuses = frozenset({MessageKind.STATUS})
    parent, act = Capacity.PARENT, "125/QĐ-UBND"
    return [
        Mandate(_fingerprint(pki.seal(CARRIER)), CARRIER, Capacity.CARRIER),
        Mandate(_fingerprint(pki.seal(STATUSES_ONLY)), STATUSES_ONLY, kinds=statuses),
        Mandate(_fingerprint(pki.person("G22")), "G22", Capacity.PERSON, act="7/QĐ-VPCP"),
        Mandate(_fingerprint(pki.seal("H37")), "H37.101", parent, act=act),
        Mandate(_fingerprint(pki.seal("H37")), "H26.12", parent, act=act),
        Mandate(_fingerprint(pki.seal("G09")), MISTAKEN),
    ]


def _fingerprint(files: KeyFiles) -> str:
    return files.certificate.fingerprint


def _policies(pki: DemoPki) -> dict[Trust, SignaturePolicy]:
    revoke_seal(pki, REVOKED_BY_ISSUER, AT - timedelta(days=1))
    lists = {
        trust: tuple(
            path.read_bytes() for path in sorted(write_revocation_lists(pki, at).iterdir())
        )
        for trust, at in (
            (Trust.OLD_LISTS, AT - timedelta(days=30)),
            (Trust.LATE_LISTS, AT - timedelta(days=7, hours=2)),
            (Trust.LISTS, AT),
        )
    }
    return {
        Trust.ANCHORS: pki.policy(),
        Trust.NOTHING: FIELD,
        Trust.STAMPED: dataclasses.replace(
            pki.policy(), levels=frozenset({SignatureLevel.TIMESTAMPED})
        ),
        Trust.PHASED_OUT: dataclasses.replace(
            pki.policy(),
            phased_out=frozenset({(SignatureMethod.ECDSA_SHA256, _YESTERDAY)}),
        ),
        **{trust: FIELD.with_trust(pki.anchors, crls=crls) for trust, crls in lists.items()},
    }


def _by_the_axis(workshop: Workshop, vector: Vector, sending: Sending) -> Judged:
    limits = HoldLimits(count=0) if vector.waiting is Waiting.NO_ROOM else HoldLimits()
    decider = Decider(Known(workshop.directory), Notary("Trục thử nghiệm"), AT, limits)
    rules = workshop.rules(vector)
    for earlier in vector.before:
        case = _case(workshop, earlier, rules, None)
        assert decider.decide(case).ending is Ending.ACCEPTED, "what came before was not accepted"
    decider.known.directory = _without(workshop.directory, vector.closed_since)
    case = _case(workshop, sending, rules, vector)
    decision = decider.decide(case)
    if decision.ending is Ending.HELD and vector.waiting is not None:
        decision = _after_the_wait(decider, case, vector.waiting)
    if decision.ending is Ending.DEAD:
        return Judged(decision.reasons, Outcome.FAILED)
    own = [row for row in decider.records.evidence if row.submission == decision.submission]
    verdict = read_receipt(own[-1].receipt).verdict
    assert verdict is not None
    accepted = decision.ending is Ending.ACCEPTED
    assert accepted is (verdict.outcome is Outcome.PASSED)
    return Judged(tuple(finding.code for finding in verdict.findings), verdict.outcome)


def _without(directory: Directory, closed: Sequence[str]) -> Directory:
    """Return the registry after agencies have closed."""
    agencies = tuple(
        dataclasses.replace(one, valid_to=AT.date() - timedelta(days=1))
        for one in directory
        if one.code in closed
    )
    change = DirectoryChange(
        version=directory.version,
        agencies=agencies,
        endpoints=tuple(directory.endpoints),
        groups=tuple(directory.groups),
        mandates={},
    )
    return directory.changed(change) if closed else directory


def _after_the_wait(decider: Decider, case: Case, waiting: Waiting) -> Decision:
    """Try a held message again, when its time is over or somebody has wanted it refused."""
    if waiting is Waiting.UNWANTED:
        (key,) = decider.known.submissions
        held = decider.known.submissions[key]
        decider.known.submissions[key] = dataclasses.replace(held, refusal="Thử nghiệm")
    began = AT - LONGEST_WAIT if waiting is Waiting.TOO_LONG else AT
    claim = HeldSubmission(case.submission, began, attempts=1, leased_until=AT)
    return decider.decide(dataclasses.replace(case, held=claim))


def _before_sending(workshop: Workshop, vector: Vector, sending: Sending) -> Judged:
    body = workshop.bytes_of(sending)
    examination = examine(body, workshop.rules(vector), AT, vector.scanner)
    grounds = Grounds(Known(workshop.directory, stored_known=False), lacking=("database",))
    verdict = preview(examination, grounds, AT).verdict
    return Judged(tuple(one.reason.code for one in verdict.findings), verdict.outcome)


def _by_a_worker(workshop: Workshop, vector: Vector, sending: Sending) -> Judged:
    bench = ProcessWorkbench(Tools(workshop.rules(vector), scanner=vector.scanner), 1)
    try:
        (examination,) = asyncio.run(bench.examine([workshop.bytes_of(sending)], AT))
    finally:
        bench.close()
    codes = tuple(finding.reason.code for finding in examination.findings)
    return Judged(codes, Outcome.FAILED if codes else Outcome.PASSED)


def _by_an_agency(workshop: Workshop, vector: Vector, sending: Sending) -> Judged:
    retired_at = AT - timedelta(days=1) if vector.trust is Trust.NEXT_KEY else None
    history = [ReceiptCertificate(workshop.pki.receipts.certificate, retired_at=retired_at)]
    trust = ReceiptTrust.over(history, workshop.pki.anchors)
    verdict = check_receipt(workshop.bytes_of(sending), trust, AT).verdict
    assert verdict is not None
    return Judged(tuple(one.reason.code for one in verdict.findings), verdict.outcome)


_JUDGES: Final[dict[Way, Callable[[Workshop, Vector, Sending], Judged]]] = {
    Way.AXIS: _by_the_axis,
    Way.CHECK: _before_sending,
    Way.WORKER: _by_a_worker,
    Way.AGENCY: _by_an_agency,
}


def _case(workshop: Workshop, sending: Sending, rules: Rules, vector: Vector | None) -> Case:
    body = workshop.bytes_of(sending)
    submission = Submission(
        id=new_id(),
        body=body,
        routing_key=sending.routing_key,
        user_id=sending.endpoint,
        message_id=f"m-{next(_numbers)}" if sending.message_id == "" else sending.message_id,
        received_at=AT,
    )
    return Case(submission, examine(body, rules, AT, vector.scanner if vector else None))
