"""Compares documents, their copies and their deliveries with what is stored."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from axis.edxml.codes import DocumentKind, StatusCode
from axis.evidence.events import Event
from tests.adversity.contents import Content
from tests.adversity.expected import Said, states, ways
from tests.adversity.ledger import Ledger, Taken
from tests.adversity.outcome import Outcome
from tests.adversity.stored import Stored, StoredDelivery

ANSWERS = (StatusCode.AGREED, StatusCode.DISAGREED)


def compare_documents(ledger: Ledger, stored: Stored, outcome: Outcome) -> None:
    """Every accepted document is stored once, and each endpoint has its one copy of it."""
    good = _good(ledger)
    found = Counter(sha256 for sha256, _ in stored.documents)
    for sha256, body in stored.documents:
        content = good.get(sha256)
        if content is None or body != content.body:
            outcome.wrong.append(f"document {sha256[:12]} was not submitted like this")
    copies: dict[tuple[str, str], list[Taken]] = defaultdict(list)
    for taken in ledger.taken.values():
        if taken.type == "document":
            copies[taken.sha256, taken.endpoint].append(taken)
    outcome.counts["documents"] = len(good)
    outcome.counts["copies"] = sum(map(len, copies.values()))
    outcome.counts["megabytes"] = sum(len(content.body) for content in good.values()) // 1_000_000
    for kind in DocumentKind:
        counted = sum(content.kind is kind for content in good.values())
        outcome.counts[f"documents: {kind.label}"] = counted
    called_off = _called_off(ledger, stored)
    for sha256, content in good.items():
        outcome.exactly_one(f"document {sha256[:12]}", found[sha256])
        for endpoint, receivers in content.copies.items():
            taken_here = copies.pop((sha256, endpoint), [])
            if (sha256, endpoint) in called_off and not taken_here:
                outcome.counts["copies called off"] += 1
                continue
            what = f"copy of document {sha256[:12]} for {endpoint}"
            outcome.exactly_one(what, len(taken_here))
            for taken in taken_here[:1]:
                _copy(what, content, receivers, taken, outcome)
    outcome.wrong += [f"copy for {endpoint} that nobody sent" for _, endpoint in copies]


def _copy(
    what: str, content: Content, receivers: Iterable[str], taken: Taken, outcome: Outcome
) -> None:
    urgent = ".urgent" if content.urgent else ""
    outcome.equal(f"{what}: inbox", taken.queue, f"inbox.{taken.endpoint}{urgent}")
    outcome.equal(f"{what}: altered", taken.body != content.body, False)
    outcome.equal(f"{what}: receivers", set(taken.headers["axis-to"].split(",")), set(receivers))


def _called_off(ledger: Ledger, stored: Stored) -> set[tuple[str, str]]:
    """Return the copies, by digest and endpoint, that were asked back before they went out."""
    good = _good(ledger)
    said = _said(ledger.contents.values())
    receivers = {
        (one.sha256, one.receiver)
        for one in stored.deliveries
        if one.called_off and said.get((one.sha256, one.receiver), Said()).asked_back
    }
    return {
        (content.sha256, endpoint)
        for content in good.values()
        for endpoint, codes in content.copies.items()
        if any((content.sha256, code) in receivers for code in codes)
    }


def compare_deliveries(ledger: Ledger, stored: Stored, outcome: Outcome) -> None:
    """Every receiver has one delivery, in a right state, proven consigned exactly once."""
    good = _good(ledger)
    outcome.counts["deliveries"] = len(stored.deliveries)
    distinct = {receipt.id: receipt for receipt in ledger.receipts.values()}
    proven = Counter(
        line.delivery
        for receipt in distinct.values()
        if receipt.event is Event.CONTENT_CONSIGNMENT
        for line in receipt.receivers
    )
    said = _said(ledger.contents.values())
    found = Counter((one.sha256, one.receiver) for one in stored.deliveries)
    for sha256, content in good.items():
        for receiver in content.receivers:
            what = f"delivery of {sha256[:12]} to {receiver}"
            outcome.exactly_one(what, found.pop((sha256, receiver), 0))
    outcome.wrong += [f"delivery to {receiver} that nobody asked for" for _, receiver in found]
    for one in stored.deliveries:
        if (one.sha256, one.receiver) in found or one.sha256 not in good:
            continue
        what = f"delivery {one.id}"
        kind = good[one.sha256].kind or DocumentKind.NEW
        words = replace(said.get((one.sha256, one.receiver), Said()), kind=kind)
        _position(what, one, words, outcome)
        outcome.counts[f"deliveries: {one.state}"] += 1
        if one.called_off:
            outcome.equal(f"consignment receipts of {what}, called off", proven[one.id], 0)
        else:
            outcome.exactly_one(f"consignment receipt of {what}", proven[one.id])


def _position(what: str, one: StoredDelivery, said: Said, outcome: Outcome) -> None:
    reached = ways(said, one.state, called_off=one.called_off)
    outcome.among(
        f"{what}: state ({said})",
        one.state,
        states(said, one.reached, expired="answer" in one.late),
    )
    outcome.among(f"{what}: reached ({said})", one.reached, reached)


def _said(contents: Iterable[Content]) -> dict[tuple[str, str], Said]:
    """Collect what was said about each delivery, by digest and receiver."""
    found: dict[tuple[str, str], Said] = defaultdict(Said)
    good = [content for content in contents if content.reason is None]
    for content in good:
        if _recalls(content) and content.target is not None:
            for receiver in content.target.receivers:
                key = (content.target.sha256, receiver)
                found[key] = replace(found[key], asked_back=True)
        if content.status is None or content.about is None:
            continue
        key = (content.about.sha256, content.receiver)
        if content.status is StatusCode.TAKE_BACK:
            found[key] = replace(found[key], asked_back=True)
        elif content.status in ANSWERS:
            found[key] = replace(found[key], answer=content.status)
            if _recalls(content.about) and content.about.target is not None:
                key = (content.about.target.sha256, content.receiver)
                found[key] = replace(found[key], answer=content.status)
        else:
            found[key] = replace(found[key], reports=found[key].reports | {content.status})
    for content in good:
        if _recalls(content) and content.target is not None:
            for receiver in content.receivers:
                done = StatusCode.DONE in found[content.target.sha256, receiver].reports
                key = (content.sha256, receiver)
                found[key] = replace(found[key], target_done=done)
    return found


def _good(ledger: Ledger) -> dict[str, Content]:
    return {sha256: one for sha256, one in ledger.contents.items() if one.document is not None}


def _recalls(content: Content) -> bool:
    return content.kind is DocumentKind.RECALL
