"""Runs the command `axis` in this process, as a shell would."""

import contextlib
import io
import json
import os
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from axis.cli.main import main


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def axis_command(*arguments: object) -> Ended:
    """Run `axis` with these arguments."""
    out, err = io.StringIO(), io.StringIO()
    # The option --config sets a variable that must not outlive the command.
    with (
        patch.dict(os.environ),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Ended(code, out.getvalue(), err.getvalue())
