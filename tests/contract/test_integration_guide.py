"""`docs/integration.md` tells integrators what the program does."""

import ast
import asyncio
import re
from datetime import timedelta
from pathlib import Path

from axis.evidence.events import Event
from axis.exchange.deliveries.deadlines import EVENTS, USUAL_TERMS

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = (DOCS / "integration.md").read_text(encoding="utf-8")


def rows(first_cell: str) -> list[list[str]]:
    """Return the cells of the tables' rows whose first cell looks like this."""
    found = [line.strip("| ").split(" | ") for line in GUIDE.splitlines() if line.startswith("| ")]
    return [cells for cells in found if re.fullmatch(first_cell, cells[0])]


def test_guide_hours_of_each_urgency_are_those_of_the_program() -> None:
    hour = timedelta(hours=1)
    told = {
        int(cells[0][0]): (*map(float, cells[1:5]), cells[5].endswith("working"))
        for cells in rows(r"\d \D+")
    }
    assert told == {
        priority.value: (
            *(
                one.time / hour
                for one in (terms.consignment, terms.handover, terms.answer, terms.destruction)
            ),
            terms.answer.working,
        )
        for priority, terms in USUAL_TERMS.items()
    }


def test_guide_names_every_event_of_the_axis_itself_and_of_deadlines() -> None:
    own = {(cells[0], cells[1].strip("`")) for cells in rows(r"X\.\d")}
    assert own == {(event.code, event.value) for event in Event if event.code.startswith("X.")}
    late = {cells[0] for cells in rows(r"`\w+` \([A-Z]\.\d\)")}
    assert late == {f"`{event.value}` ({event.code})" for event in EVENTS.values()}


def test_guide_example_imports_and_awaits_what_exists() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(ast.parse(example), "integration.md", "exec"), names)
    assert asyncio.iscoroutinefunction(names["answer_recall"])


def test_guide_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)", GUIDE)
    assert targets
    assert [target for target in targets if not (DOCS / target).exists()] == []
