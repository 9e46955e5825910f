"""Secrets are files that nobody but their owner reads; settings name the file, never the secret."""

import stat
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from axis.errors import ConfigurationError


def read_secret(file: Path) -> str:
    """Return the secret in a file; raises ConfigurationError when others could read it too."""
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"Không đọc được tệp bí mật «{file}». / The secret file «{file}» cannot be read:"
            f" {error}"
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(
            f"Tệp bí mật «{file}» mở cho người khác; hãy chạy: chmod 600 {file}"
            f" / The secret file «{file}» is open to others; run: chmod 600 {file}"
        )
    return text


def with_password(url: str, file: Path | None) -> str:
    """Return the address with the password of a file in it; unchanged without a file."""
    if file is None:
        return url
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = parts.username or ""
    secret = quote(read_secret(file), safe="")
    return urlunsplit(parts._replace(netloc=f"{user}:{secret}@{host}"))
