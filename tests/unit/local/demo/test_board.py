"""What the demonstration shows can be read on every terminal: no code is broken in two."""

import io
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

from axis.clock import VIETNAM
from axis.edxml.build import new_document
from axis.edxml.values import Organization
from axis.local.demo.board import show
from axis.local.demo.scenario import ACTS
from axis.local.demo.stage import Played
from axis.registry.csvfile import read_agencies, read_endpoints, read_groups
from axis.registry.directory import Directory

DEMO = Path(__file__).parents[4] / "deploy" / "demo"
DIRECTORY = Directory(
    read_agencies((DEMO / "agencies.csv").read_bytes()),
    read_endpoints((DEMO / "endpoints.csv").read_bytes()),
    groups=read_groups((DEMO / "groups.csv").read_bytes()),
)
NOON = datetime(2026, 11, 26, 12, tzinfo=VIETNAM)


def played(number: int) -> Played:
    act = ACTS[number]
    document = new_document(
        sender=Organization(organ_id=act.sender, name=act.sender),
        receivers=[Organization(organ_id=code, name=code) for code in act.receivers],
        number=str(101 + number),
        notation=act.notation,
        date=NOON.date(),
        subject=act.subject,
        at=NOON,
        type_name=act.type_name,
        priority=act.priority,
    )
    routing = DIRECTORY.route(act.receivers, NOON, sender=act.sender)
    return Played(act, document, routing.resolved)


@pytest.mark.parametrize("width", [80, 100, 140])
def test_codes_and_numbers_stay_whole_on_terminals_of_every_width(width: int) -> None:
    page = io.StringIO()
    acts = [played(number) for number in range(len(ACTS))]
    show(acts, DIRECTORY, Console(file=page, width=width))
    shown = page.getvalue()
    for one in acts:
        assert str(one.document.code) in shown
        assert one.act.sender in shown
        for code in one.act.receivers:
            assert code in shown
