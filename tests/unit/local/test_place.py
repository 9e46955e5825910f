"""A server's folder remembers, keeps secrets, and lies where the server can reach it."""

import asyncio
import stat
from pathlib import Path

import pytest

from axis.local import place as place_module
from axis.local.place import Place
from axis.local.processes import LocalServerError


@pytest.fixture(autouse=True)
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what would lie outside the folder inside the test's own."""
    homes = tmp_path / "homes"
    monkeypatch.setattr(place_module, "ROOT_HOMES", homes)
    monkeypatch.setenv("XDG_STATE_HOME", str(homes))
    monkeypatch.setattr(place_module, "server_account", lambda: None)
    return homes


async def test_prepare_twice_keeps_name_and_secret(tmp_path: Path) -> None:
    place = Place(tmp_path / "a", "rabbitmq")
    await place.prepare("log")
    name, secret = place.state.name, place.secret("password")

    await place.prepare("log")

    assert (place.state.name, place.secret("password")) == (name, secret)
    assert (place.data / "log").is_dir()


async def test_two_folders_have_different_names_and_secrets(tmp_path: Path) -> None:
    places = [Place(tmp_path / name, "rabbitmq") for name in "ab"]
    for place in places:
        await place.prepare()

    assert len({place.state.name for place in places}) == 2
    assert len({place.secret("password") for place in places}) == 2


async def test_secret_file_has_mode_600(tmp_path: Path) -> None:
    place = Place(tmp_path / "a", "rabbitmq")
    await place.prepare()
    place.secret("password")

    assert stat.S_IMODE((place.folder / "password").stat().st_mode) == 0o600


async def test_plain_folder_holds_the_home_and_can_be_moved(tmp_path: Path) -> None:
    place = Place(tmp_path / "a", "rabbitmq")
    await place.prepare()
    place.remember_port(23456)

    (tmp_path / "a").rename(tmp_path / "b")
    moved = Place(tmp_path / "b", "rabbitmq")

    assert moved.home == tmp_path / "b"
    assert moved.state.first_port == 23456


async def test_folder_with_vietnamese_letters_has_its_home_elsewhere(
    tmp_path: Path, homes: Path
) -> None:
    place = Place(tmp_path / "văn bản", "rabbitmq")
    await place.prepare()

    home = place.home
    assert home.parent == homes / "axis-local"
    place.delete()
    assert not home.exists()


def test_state_before_the_first_start_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LocalServerError, match="axis local up"):
        _ = Place(tmp_path / "a", "rabbitmq").state


@pytest.mark.parametrize("damage", ["", "[]", '{"name": "x"}', '{"unknown": 1}'])
async def test_damaged_state_is_named(tmp_path: Path, damage: str) -> None:
    place = Place(tmp_path / "a", "rabbitmq")
    await place.prepare()
    (place.folder / "state.json").write_text(damage)

    with pytest.raises(LocalServerError, match="damaged"):
        _ = place.state


async def test_lock_held_by_another_start_is_waited_for(tmp_path: Path) -> None:
    first, second = Place(tmp_path / "a", "rabbitmq"), Place(tmp_path / "a", "rabbitmq")
    order: list[str] = []

    async def enter_second() -> None:
        async with second.exclusive():
            order.append("second")

    async with first.exclusive():
        waiting = asyncio.create_task(enter_second())
        await asyncio.sleep(0)
        order.append("first")
    await waiting

    assert order == ["first", "second"]


async def test_lock_that_is_never_released_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place_module, "LOCK_SECONDS", 0.1)
    first, second = Place(tmp_path / "a", "rabbitmq"), Place(tmp_path / "a", "rabbitmq")

    async with first.exclusive():
        with pytest.raises(LocalServerError, match="locked"):
            async with second.exclusive():
                pass
