"""Settings come from arguments, environment and file."""

from datetime import timedelta
from pathlib import Path

import pytest

from axis.content.policy import ContentPolicy
from axis.edxml.codes import Priority
from axis.errors import ConfigurationError
from axis.exchange.deliveries.deadlines import USUAL_TERMS, Deadlines, Term
from axis.exchange.lanes import Lane
from axis.reasons import Severity
from axis.settings import CONFIG_VARIABLE, load_settings


def test_environment_is_stronger_than_file_and_file_than_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "axis.toml"
    file.write_text("[router]\nworkers = 3\nbatch_count = 7\n")
    monkeypatch.setenv(CONFIG_VARIABLE, str(file))
    monkeypatch.setenv("AXIS_ROUTER__WORKERS", "5")
    settings = load_settings()
    assert settings.router.workers == 5
    assert settings.router.batch_count == 7
    assert settings.router.document_consumers == 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[router]\nworkers = 0\n", "router.workers"),
        ("[router]\nworker = 2\n", "router.worker"),
        ("[nothing]\n", "nothing"),
        ('[content]\nmacros = "ignore"\n', "content.macros"),
        ("[deadlines]\nnormal = {consignment = 0}\n", "deadlines.normal"),
        ("not toml", "Wrong settings"),
    ],
)
def test_wrong_setting_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, named: str
) -> None:
    file = tmp_path / "axis.toml"
    file.write_text(text)
    monkeypatch.setenv(CONFIG_VARIABLE, str(file))
    with pytest.raises(ConfigurationError, match=named):
        load_settings()


def test_files_are_judged_strictly_and_not_scanned_unless_settings_say_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().content.policy == ContentPolicy()
    assert load_settings().content.clamd_socket is None
    file = tmp_path / "axis.toml"
    file.write_text('[content]\nmacros = "warn"\nclamd_socket = "/run/clamav/clamd.ctl"\n')
    monkeypatch.setenv(CONFIG_VARIABLE, str(file))
    content = load_settings().content
    assert content.policy == ContentPolicy(macros=Severity.WARN)
    assert content.clamd_socket == Path("/run/clamav/clamd.ctl")


def test_router_serves_every_lane_unless_settings_say_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_settings().router.lanes == set(Lane)
    assert load_settings().router.niceness == 0
    monkeypatch.setenv("AXIS_ROUTER__LANES", '["urgent"]')
    assert load_settings().router.lanes == {Lane.URGENT}


@pytest.mark.parametrize("lanes", ["[]", '["express"]', "urgent"])
def test_lanes_that_do_not_exist_are_refused_by_name(
    lanes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AXIS_ROUTER__LANES", lanes)
    with pytest.raises(ConfigurationError, match="router"):
        load_settings()


def test_deadlines_are_the_usual_ones_unless_settings_say_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().deadlines.policy() == Deadlines()
    calendar = tmp_path / "calendar.toml"
    calendar.write_text('until = 2026-12-31\n[week]\ndays = [1]\nhours = ["08:00-09:00"]\n')
    file = tmp_path / "axis.toml"
    file.write_text(
        f'[deadlines]\ncalendar = "{calendar}"\n'
        "[deadlines.express]\n"
        "consignment = 0.1\nhandover = 0.2\nanswer = 0.3\ndestruction = 0.4\nworking = true\n"
    )
    monkeypatch.setenv(CONFIG_VARIABLE, str(file))
    policy = load_settings().deadlines.policy()
    for priority in (Priority.EXPRESS, Priority.TIMED_EXPRESS):
        assert policy.terms[priority].answer == Term(timedelta(minutes=18), working=True)
        assert policy.terms[priority].destruction == Term(timedelta(minutes=24), working=True)
    assert policy.terms[Priority.NORMAL] == USUAL_TERMS[Priority.NORMAL]
    assert policy.calendar.week == {1}


def test_calendar_that_cannot_be_read_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AXIS_DEADLINES__CALENDAR", "/nowhere/calendar.toml")
    with pytest.raises(ConfigurationError, match=r"calendar\.toml"):
        load_settings().deadlines.policy()


def test_missing_settings_file_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIG_VARIABLE, "/nowhere/axis.toml")
    with pytest.raises(ConfigurationError, match="/nowhere/axis"):
        load_settings()
