"""Client profiles for the endpoints of an installation."""

import os
from pathlib import Path

from axis.local.installation import Installation


def write_profile(axis: Installation, endpoint: str, folder: Path, agencies: list[str]) -> Path:
    """Write an endpoint's profile with the seals of these agencies; return its file."""
    folder.mkdir(exist_ok=True)
    password = folder / "password"
    descriptor = os.open(password, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(axis.passwords()[endpoint])
    address = f"amqp://127.0.0.1:{axis.servers.rabbitmq.port}/{axis.vhost}"
    lines = [
        f'url = "{address}"',
        f'endpoint = "{endpoint}"',
        'password_file = "password"',
        'journal = "journal"',
        "[axis]",
        f'anchors = "{axis.pki.anchor_file.parent}"',
        f'certificates = "{axis.pki.receipts.chain_file}"',
    ]
    for code in agencies:
        seal = axis.pki.seal(code)
        lines += [
            f'[agencies."{code}"]',
            f'key_file = "{seal.key_file}"',
            f'certificate_file = "{seal.chain_file}"',
        ]
    profile = folder / "profile.toml"
    profile.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return profile
