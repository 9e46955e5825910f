"""A wrong wall clock for one process and its children, as a machine without NTP would have it.

Everything in the process that asks for the time of day sees it, native libraries included; the
count since boot stays right, as it does when somebody sets a machine's clock. (`time.sleep` fails
in such a process; nothing of the axis calls it.)
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from axis.local import postgresql
from axis.local.processes import clean_environment

CACHED_SECONDS: Final = 1
"""So long a process may go on by what the file said before."""


@dataclass(frozen=True)
class WrongClock:
    """A clock that is wrong by what a file says at the moment."""

    file: Path

    @classmethod
    def in_folder(cls, folder: Path) -> "WrongClock":
        """Return one that is right at first; whoever is to have it must be able to read there."""
        clock = cls(folder / "clock")
        clock.set(0)
        return clock

    def set(self, seconds: float) -> None:
        """Make the clock wrong by so many seconds, ahead or behind (negative), in one step."""
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{seconds:+f}")
        draft.chmod(0o644)
        draft.replace(self.file)

    @property
    def environment(self) -> dict[str, str]:
        """What a process is started with that is to have this clock."""
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": str(CACHED_SECONDS),
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def give_to_postgresql(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let private PostgreSQL servers that are started from now on have this clock."""
        monkeypatch.setattr(
            postgresql, "clean_environment", lambda: clean_environment(**self.environment)
        )


def _library() -> Path:
    """Return libfaketime, which `deploy/install --test` installs."""
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
