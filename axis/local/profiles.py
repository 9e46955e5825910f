"""Client profiles for the endpoints of an installation, so that people can try every command.

A profile is what an agency's own machine would hold: its account, seals, journal, and whose
receipts to believe (format: `axis document --help`).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from axis.local.pki import DemoPki
from axis.registry.agency import Agency


def write_profiles(
    folder: Path,
    *,
    url: str,
    pki: DemoPki,
    endpoints: Mapping[str, Iterable[Agency]],
    journals: Path,
) -> None:
    """Write ``<endpoint>.toml`` for each endpoint, with the seals of the agencies it serves.

    `url` is the broker's address without an account. The password of an endpoint is expected
    beside its profile, in ``<endpoint>.password``.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    journals.mkdir(mode=0o700, exist_ok=True)
    for endpoint, agencies in endpoints.items():
        lines = [
            f'url = "{url}"',
            f'endpoint = "{endpoint}"',
            f'password_file = "{endpoint}.password"',
            f'journal = "{journals / endpoint}.journal"',
            f'received = "{folder.parent / "received" / endpoint}"',
            "",
            "[axis]",
            f'anchors = "{pki.anchor_file}"',
            f'certificates = "{pki.receipts.certificate_file}"',
        ]
        for agency in agencies:
            seal = pki.seal(agency.code)
            lines += [
                "",
                f'[agencies."{agency.code}"]',
                f'key_file = "{seal.key_file}"',
                f'certificate_file = "{seal.chain_file}"',
            ]
        (folder / f"{endpoint}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
