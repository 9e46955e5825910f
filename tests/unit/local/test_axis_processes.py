"""The routers that a local axis starts: together they serve every lane, each one of them."""

import pytest

from axis.exchange.lanes import Lane
from axis.local.axis_processes import LANES
from axis.settings import RouterSettings, load_settings


def settings_of(name: str, monkeypatch: pytest.MonkeyPatch) -> RouterSettings:
    with monkeypatch.context() as environment:
        for variable, value in LANES[name].items():
            environment.setenv(variable, value)
        return load_settings().router


def test_local_routers_serve_one_lane_each_and_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served = [settings_of(name, monkeypatch).lanes for name in LANES]
    assert sorted(lane for lanes in served for lane in lanes) == sorted(Lane)
    assert all(len(lanes) == 1 for lanes in served)
