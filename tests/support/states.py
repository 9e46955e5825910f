"""The state machine of a delivery as a drawing and a table, made from the code's own.

.venv/bin/python -m tests.support.states_page puts both into ARCHITECTURE.md, with a picture.

A drawing of every move would be a thicket, so three things are drawn as one arrow each: states that
share a move are framed together; on the ordinary way an arrow from one state to the next stands for
all earlier states too; and reports from outside the way lead to the state that each of them names.
`expanded` undoes that, and the tests hold it to `TABLE`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from axis.exchange.deliveries.deadlines import step_in
from axis.exchange.deliveries.next_step import next_step
from axis.exchange.deliveries.states import FINAL, TABLE, WAY, DeliveryEvent, DeliveryState
from axis.web.texts import TEXTS

_S = DeliveryState
_E = DeliveryEvent

Move = tuple[DeliveryState, DeliveryEvent, DeliveryState]

MISSED: Final = (_S.EXPIRED, _S.UNDELIVERABLE)

FRAMES: Final[Mapping[str, tuple[DeliveryState, ...]]] = {
    "open": (*WAY, *MISSED),
    "way": WAY,
    "underway": WAY[:-1],
    "transit": WAY[: WAY.index(_S.ARRIVED)],
    "missed": MISSED,
}
"""States drawn in one frame, the widest first; each lies wholly in another or beside it."""

FRAME_TITLES: Final = {
    "open": "Chưa bị đòi lại · not asked back",
    "way": "Đường đi thường lệ · the ordinary way",
    "underway": "Chưa xong · not done",
    "transit": "Trên đường · in transit",
    "missed": "Lỡ hạn, lỡ đường · missed",
}

EVENT_NAMES: Final = {
    _E.RETURNED: "chưa vào được · returned",
    _E.CONFIRMED: "đã vào hộp · confirmed",
    _E.INBOX_EMPTIED: "hộp trống · inbox emptied",
    _E.REROUTED: "đổi hệ thống · rerouted",
    _E.NOT_DELIVERABLE: "không chuyển được · not deliverable",
    _E.NOT_ANSWERED: "hết hạn trả lời · not answered",
    _E.BACK_ASKED: "13, thu hồi · recall",
    _E.GIVEN_BACK: "15",
    _E.KEPT: "16",
    _E.CONSENTED: "15 (cập nhật · update)",
    _E.WORK_DONE: "06 < 15",
    _E.NOTHING_LEFT: "chưa ai nhận · unread",
}
"""How an arrow calls an event; reports are called by their codes."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One drawn arrow, between states or frames (by name)."""

    source: str
    target: str
    events: tuple[DeliveryEvent, ...]

    @property
    def label(self) -> str:
        """What stands beside it."""
        names = [EVENT_NAMES.get(event, event.value) for event in self.events]
        return ", ".join(names)


WITHDRAWN: Final = Arrow(_S.TAKE_BACK_ASKED, _S.WITHDRAWN, (_E.GIVEN_BACK,))
"""The one move that is not the table's: `move` asks what was reached."""
WITHDRAWN_LABEL: Final = "15, chưa ai nhận · unread"


def moves() -> frozenset[Move]:
    """Return every move of the table."""
    return frozenset((s, event, to) for s, row in TABLE.items() for event, to in row.items())


def arrows() -> tuple[Arrow, ...]:
    """Return the drawing of the table."""
    left = set(moves())
    found: dict[tuple[str, str], list[DeliveryEvent]] = {}
    for event, state in _entries(left).items():
        earlier = WAY[: WAY.index(state)]
        found.setdefault((earlier[-1], state), []).append(event)
        left -= {(source, event, state) for source in earlier}
    reports = _reports(left)
    outside = {source for source, _, _ in left if source not in WAY}
    reporting = {s for s in outside if {(s, e, to) for e, to in reports.items()} <= left}
    for source in _covering(reporting):
        found[source, "way"] = list(reports)
    left -= {(s, e, to) for s in reporting for e, to in reports.items()}
    for event, state in sorted({(event, to) for _, event, to in left}):
        for source in _covering({s for s, e, to in left if (e, to) == (event, state)}):
            found.setdefault((source, state), []).append(event)
    order = list(DeliveryEvent)
    return tuple(
        Arrow(source, target, tuple(sorted(events, key=order.index)))
        for (source, target), events in found.items()
    )


def expanded(drawing: Iterable[Arrow]) -> frozenset[Move]:
    """Return every move that a drawing stands for."""
    return frozenset(move for arrow in drawing for move in _expanded(arrow))


def _expanded(arrow: Arrow) -> Iterator[Move]:
    entries = _entries(moves())
    for event in arrow.events:
        target = entries[event] if arrow.target == "way" else DeliveryState(arrow.target)
        sources = FRAMES.get(arrow.source) or (DeliveryState(arrow.source),)
        if arrow.source in WAY and target in WAY:
            step = WAY.index(target)
            if WAY[step - 1] == arrow.source and entries.get(event) is target:
                sources = WAY[:step]
        yield from ((source, event, target) for source in sources)


def _entries(table: Iterable[Move]) -> dict[DeliveryEvent, DeliveryState]:
    """Return the events that lead to one state of the way from every earlier one."""
    known = set(table)
    return {
        event: state
        for event in DeliveryEvent
        for step, state in enumerate(WAY)
        if step and all((source, event, state) in known for source in WAY[:step])
    }


def _reports(left: Iterable[Move]) -> dict[DeliveryEvent, DeliveryState]:
    """Return what receivers report, wherever the delivery is: events and states of the way."""
    entries = _entries(moves())
    told = {event for _, event, to in left if entries.get(event) is to}
    arrived = WAY.index(_S.ARRIVED)
    return {e: to for e, to in entries.items() if e in told and WAY.index(to) >= arrived}


def _covering(states: set[DeliveryState]) -> Iterator[str]:
    """Return the widest frames that hold only these states, and the states left over."""
    left = set(states)
    for name, members in FRAMES.items():
        if left.issuperset(members):
            yield name
            left -= set(members)
    yield from (state for state in DeliveryState if state in left)


def mermaid() -> str:
    """Return the drawing in the language of Mermaid."""
    lines = ["stateDiagram-v2", "    direction TB"]
    lines += _frames("open", 1)
    inside = set(FRAMES["open"])
    lines += [f"    {_named(state)}" for state in DeliveryState if state not in inside]
    lines += [f"    [*] --> {_S.ACCEPTED}"]
    lines += [f"    {one.source} --> {one.target} : {one.label}" for one in arrows()]
    lines += [f"    {WITHDRAWN.source} --> {WITHDRAWN.target} : {WITHDRAWN_LABEL}"]
    lines += [f"    {state} --> [*]" for state in DeliveryState if state in FINAL]
    return "\n".join(lines)


def _frames(name: str, depth: int) -> list[str]:
    members = set(FRAMES[name])
    inner = [one for one in FRAMES if one != name and set(FRAMES[one]) < members]
    direct = [one for one in inner if not any(set(FRAMES[one]) < set(FRAMES[o]) for o in inner)]
    held = {state for one in direct for state in FRAMES[one]}
    pad = "    " * depth
    lines = [f'{pad}state "{FRAME_TITLES[name]}" as {name} {{']
    for one in direct:
        lines += _frames(one, depth + 1)
    lines += [f"{pad}    {_named(state)}" for state in FRAMES[name] if state not in held]
    return [*lines, f"{pad}}}"]


def _named(state: DeliveryState) -> str:
    return f'state "{TEXTS[f"state.{state}"][0]} · {state}" as {state}'


def table() -> str:
    """Return what each state means, what comes next, who has to do it and by which deadline."""
    lines = [
        "| `state` | nghĩa là · means | bước tiếp theo · next step | của ai · whose"
        " | thời hạn · deadline |",
        "|---|---|---|---|---|",
    ]
    for state in DeliveryState:
        step = next_step(state)
        means = " · ".join(TEXTS[f"state.{state}"])
        owner = f"{step.owner.name_vi} · {step.owner.name_en}"
        deadline = step_in(state)
        by = f"`{deadline}`" if deadline else step.untimed and f"– {step.untimed}"
        lines.append(f"| `{state}` | {means} | {step.vi} · {step.en} | {owner} | {by} |")
    return "\n".join(lines)
