"""The folder of a demo PKI: its configuration, its files, and one writer at a time."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from certomancer.registry import ArchLabel, CertomancerConfig, PKIArchitecture

from axis.errors import ConfigurationError
from axis.local.pki_entries import ARCHITECTURE, Config, new_configuration

CONFIGURATION: Final = "certomancer.yml"


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Let nobody else change the PKI meanwhile, in any process: no revocation may get lost."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        yield


def read_configuration(folder: Path) -> Config:
    """Return the folder's configuration, or one in which nothing exists yet.

    Raises ConfigurationError when the file is damaged.
    """
    file = folder / CONFIGURATION
    try:
        config: Config = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return new_configuration()
    except ValueError as error:
        raise ConfigurationError(
            f"Tệp {file} bị hỏng; hãy xóa thư mục {folder}."
            f" / {file} is damaged; remove the folder {folder}."
        ) from error
    return config


def store_configuration(folder: Path, config: Config) -> None:
    """Keep the configuration that the folder's next run begins with."""
    text = json.dumps(config, ensure_ascii=False, indent=1)
    write_private(folder / CONFIGURATION, text.encode())


def open_architecture(folder: Path, config: Config) -> PKIArchitecture:
    """Return certomancer's view of the PKI; keys are read when they are used."""
    certomancer = CertomancerConfig(
        config, key_search_dir=str(folder), lazy_load_keys=True, config_search_dir=str(folder)
    )
    return certomancer.get_pki_arch(ArchLabel(ARCHITECTURE))


def write_private(file: Path, data: bytes) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
    temporary.replace(file)
