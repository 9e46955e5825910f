"""`axis local` without any server: what it says and how it ends."""

from pathlib import Path

from typer.testing import CliRunner

from axis.cli.local import app
from axis.local.processes import LocalServerError


def test_status_before_the_first_start_ends_with_1(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["status", "--folder", str(tmp_path)])

    assert result.exit_code == 1
    assert "RabbitMQ" in result.output
    assert "PostgreSQL" in result.output


def test_down_before_the_first_start_is_harmless(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["down", "--folder", str(tmp_path)])

    assert result.exit_code == 0


def test_up_with_a_damaged_state_names_the_file_and_ends_with_1(tmp_path: Path) -> None:
    for kind in ("rabbitmq", "postgresql"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "state.json").write_text("{")

    result = CliRunner().invoke(app, ["up", "--folder", str(tmp_path)])

    assert result.exit_code == 1
    assert isinstance(result.exception, LocalServerError)
    assert "state.json is damaged" in result.exception.diagnostics()
