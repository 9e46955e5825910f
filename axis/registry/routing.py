"""Routes as values: who receives what was addressed to a code, where, and how it got there."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from axis.reasons import Reason
from axis.registry.agency import Agency
from axis.verdict import Finding


class StepKind(StrEnum):
    """Why a route went from one code to another."""

    ALIAS = "alias"
    """Mã cũ hoặc mã khác của cùng cơ quan."""
    SUCCESSOR = "successor"
    """Cơ quan kế thừa of an agency that has closed."""
    ANCESTOR = "ancestor"
    """Cơ quan cấp trên whose endpoint serves the agency."""


class Step(Struct, frozen=True):
    """One step of a route, kept for the receipt."""

    kind: StepKind
    start: str
    """Code that the step left from."""
    end: str
    """Code that it led to."""


class Resolved(Struct, frozen=True):
    """A named receiver and where it is served."""

    named: str
    """The code as the document names it."""
    agency: Agency
    """The agency that receives."""
    endpoint: str
    """Id of the endpoint that takes it."""
    via: tuple[Step, ...] = ()
    """Steps from the named code to the endpoint; empty when the agency's own code and endpoint."""

    @property
    def succeeds(self) -> bool:
        """Whether the agency receives as the successor of the one that was named."""
        return any(step.kind is StepKind.SUCCESSOR for step in self.via)


class Routing(Struct, frozen=True):
    """All receivers of a document."""

    resolved: tuple[Resolved, ...] = ()
    """One entry an agency, however many of its codes the document names, in document order."""
    named: Mapping[str, Resolved] = {}
    """Every agency's code of the document that resolved."""
    names: Mapping[str, tuple[str, ...]] = {}
    """By which of the document's codes each agency receives: its own, old ones, groups."""
    findings: tuple[Finding, ...] = ()
    """Why a code or a group did not resolve, one for each; then warnings about old and doubled
    codes."""

    @property
    def by_endpoint(self) -> dict[str, tuple[str, ...]]:
        """The copies to make: endpoint id → codes of the agencies that it receives for."""
        copies: dict[str, list[str]] = {}
        for receiver in self.resolved:
            copies.setdefault(receiver.endpoint, []).append(receiver.agency.code)
        return {endpoint: tuple(codes) for endpoint, codes in copies.items()}


def notes(same: Sequence[Resolved], places: Mapping[str, str]) -> Iterator[Finding]:
    """Say what is out of date in the sender's own list: ``same`` are all codes of one agency."""
    for receiver in same:
        code = receiver.agency.code
        if receiver.succeeds:
            facts = {"code": receiver.named, "successor": code}
            yield Finding(Reason.RECEIVER_SUCCEEDED, places.get(receiver.named, ""), facts=facts)
    if len(same) > 1:
        codes = ", ".join(receiver.named for receiver in same)
        facts = {"codes": codes, "code": same[0].agency.code}
        yield Finding(Reason.RECEIVER_DOUBLED, places.get(same[1].named, ""), facts=facts)
