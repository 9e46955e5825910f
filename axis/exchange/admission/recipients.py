"""The recipients of a recall or an update: whom it names, and those added to them.

Who is named and never had the document is refused by name (`targets`), or left out where only a
group names it. Who has it and can't be reached any more is told of, and forbids nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from msgspec import structs

from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.values import Document
from axis.exchange.admission.known import Known
from axis.exchange.admission.lists import BUSINESS, beginnings, codes_of, receiver_places
from axis.exchange.admission.reach import Had
from axis.exchange.stored import KnownDocument
from axis.reasons import Reason
from axis.registry.groups import unreached_notes
from axis.registry.routing import Resolved, Routing
from axis.verdict import Finding

_UNREACHED = (Reason.RECEIVER_CLOSED, Reason.RECEIVER_UNREACHABLE)
_NO_MEMBERS = (Reason.RECEIVER_UNKNOWN, Reason.GROUP_EMPTY)
"""What is said of a group that exists no more, or has nobody left in it."""


class Recipients:
    """Those named, and those added to them."""

    def __init__(
        self,
        document: Document,
        routing: Routing,
        known: Known,
        at: datetime,
        target: KnownDocument,
    ) -> None:
        self._document = document
        self._routing = routing
        self._known = known
        self._directory = known.directory
        self._at = at
        self._target = target
        self._people = {one.agency.code: one for one in routing.resolved}
        self._names = dict(routing.names)
        self._findings = list(routing.findings)
        self.findings: list[Finding] = []

    @property
    def named(self) -> Collection[str]:
        """The present codes of those to whom it is addressed one by one."""
        return {one.agency.code for one in self._routing.named.values()}

    @property
    def sender(self) -> tuple[str, ...]:
        """The sender's own code: it may belong to a group, and is never meant by it."""
        sender = self._directory.find(self._document.sender)
        return () if sender is None else (sender.code,)

    def soften(self, had: Mapping[str, tuple[Had, ...]]) -> None:
        """Don't refuse for receivers that had it and can't be reached any more, nor for a group by
        which somebody was addressed: whoever has it is reached under whatever name.
        """
        names = {name for pairs in had.values() for _, one in pairs for name in one.named}
        kept = []
        for finding in self._findings:
            code = str(finding.facts.get("code", finding.facts.get("group", "")))
            agency = self._directory.present(code, self._at)
            if finding.reason in _UNREACHED and agency is not None and agency.code in had:
                kept.append(self._unreached(code, finding.place))
            elif finding.reason not in _NO_MEMBERS or code not in names:
                kept.append(finding)
        self._findings = kept

    def keep(self, codes: Iterable[str]) -> None:
        """Leave out members of a group who never had it; others are refused by name.

        Of members that can't be reached only those count who have it.
        """
        kept = {*codes, *self.named}
        self._people = {code: one for code, one in self._people.items() if code in kept}
        about_groups = Reason.GROUP_MEMBERS_UNREACHED
        self._findings = [one for one in self._findings if one.reason is not about_groups]
        holders = self._known.holders(beginnings(self._document, self._target, self._known))
        for code, place in receiver_places(self._document).items():
            group = self._directory.group(code)
            members = None if group is None else self._directory.members(group, self._at)
            for member in () if members is None else members.unreached:
                if not holders.isdisjoint(codes_of(member, self._known, self._at)):
                    self._note_unreached(member, (), place)

    def add(self, code: str, named: tuple[str, ...], place: str | None = None) -> Resolved | None:
        """Let one more have it, under these names; with a place, who can't be reached is refused as
        any receiver.
        """
        outcome = self._directory.resolve(code, self._at)
        if isinstance(outcome, Finding):
            if place is not None:
                self.findings.append(replace(outcome, place=place))
            else:
                self._note_unreached(code, named, BUSINESS)
            return None
        self._enter(outcome, named)
        return outcome

    def add_group(self, code: str, place: str, but: Collection[str]) -> Iterator[Resolved]:
        """Let a group's members of the day have it, but for some; return them.

        Who can't be reached is told of, as in To; a group without anybody else is refused.
        """
        group = self._directory.group(code)
        if group is None:
            return
        members = self._directory.members(group, self._at)
        sender = next(iter(self.sender), None)
        self.findings += unreached_notes(code, members, sender, {code: place})
        for one in members.reached:
            if one.agency.code != sender and one.agency.code not in but:
                self._enter(one, (code,))
                yield one

    def routing(self) -> Routing:
        """Return everybody."""
        return structs.replace(
            self._routing,
            resolved=tuple(self._people.values()),
            names=self._names,
            findings=tuple(islice(self._findings, MAX_FINDINGS)),
        )

    def _enter(self, found: Resolved, named: Iterable[str]) -> None:
        own = found.agency.code
        before = self._names.get(own, ()) if own in self._people else ()
        self._people.setdefault(own, found)
        self._names[own] = tuple(dict.fromkeys((*before, *named)))

    def _note_unreached(self, code: str, named: tuple[str, ...], place: str) -> None:
        if not any(one.facts.get("code") in (code, *named) for one in self._findings):
            self._findings.append(self._unreached(code, place))

    def _unreached(self, code: str, place: str) -> Finding:
        facts = {"code": code, "document_id": self._target.document_id}
        return Finding(Reason.HOLDER_UNREACHED, place, facts=facts)
