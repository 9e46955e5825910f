"""What a private PostgreSQL runs on and is told: its programs and its configuration."""

from pathlib import Path

from axis.local.processes import LocalServerError

OLDEST_MAJOR = 13
"""The oldest PostgreSQL that the project's SQL is written for."""
INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu keep one folder a major version."""


def programs(major: str | None) -> Path:
    """Return the folder of PostgreSQL's programs.

    They are those of the version that wrote the data (`major`), or else the newest installed.
    Raises `LocalServerError` when that version, or any that is new enough, is not installed.
    """
    found = {
        folder.parent.name: folder
        for folder in INSTALLED.glob("*/bin")
        if (folder / "initdb").exists() and folder.parent.name.isdigit()
    }
    if major is not None:
        if major not in found:
            raise LocalServerError(
                f"Dữ liệu cần PostgreSQL {major} nhưng máy chưa cài. ·"
                f" The data needs PostgreSQL {major}, which is not installed."
            )
        return found[major]
    usable = [version for version in found if int(version) >= OLDEST_MAJOR]
    if not usable:
        raise LocalServerError(
            f"Chưa cài PostgreSQL {OLDEST_MAJOR} trở lên; hãy chạy deploy/install. ·"
            f" PostgreSQL {OLDEST_MAJOR} or newer is not installed; run deploy/install."
        )
    return found[max(usable, key=int)]


def configuration(cluster: Path, port: int) -> str:
    """Return the settings that differ from what PostgreSQL wrote into the cluster's folder."""
    return f"""\
include = {_literal(cluster / "postgresql.conf")}

listen_addresses = '127.0.0.1'
port = {port}
# A socket's path may not be longer than 107 bytes, which a deep folder exceeds.
unix_socket_directories = ''
password_encryption = scram-sha-256

max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB

log_line_prefix = '%m [%p] %q%u@%d '
log_timezone = UTC
timezone = UTC
"""


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
