"""A desk at which files are checked and verified: no server, no settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from axis.edxml.build import File, new_document
from axis.edxml.write import write_document
from axis.local.pdf import make_pdf
from axis.local.pki import DemoPki, make_demo_pki
from axis.registry.csvfile import read_agencies
from axis.trust.sign import sign
from tests.support.command import Ended, axis_command
from tests.support.small import AGENCIES

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
AT = ("--at", "2026-03-02")


@dataclass(frozen=True)
class Desk:
    """Tables and folders as an integrator keeps them, and documents in the name of agencies."""

    folder: Path
    pki: DemoPki

    def document(self, *receivers: str, by: str = "G22", number: int = 1) -> bytes:
        document = new_document(
            sender="G22",
            receivers=receivers or ("H37.02",),
            number=number,
            notation="VPCP-TH",
            date=NOW.date(),
            at=NOW,
            subject="V/v kiểm tra trước khi gửi",
            files=[File(f"{number}.pdf", make_pdf([f"Văn bản {number}"]))],
        )
        return sign(write_document(document), self.pki.seal(by).load())

    @property
    def options(self) -> dict[str, Path]:
        return {
            "--agencies": self.folder / "agencies.csv",
            "--certificates": self.folder / "certificates.csv",
            "--anchors": self.pki.anchor_file.parent,
        }

    def check(self, *files: object, without: str = "", json: bool = True, **more: str) -> Ended:
        return self.run(("document", "check"), *files, without=without, json=json, **more)

    def run(
        self,
        command: Sequence[str],
        *files: object,
        without: str = "",
        json: bool = True,
        **more: str,
    ) -> Ended:
        options = [part for one in self.options.items() if one[0] != without for part in one]
        extra = [part for name, value in more.items() for part in (f"--{name}", value)]
        form = ["--json"] if json else []
        return axis_command(*command, *files, *options, *AT, *extra, *form)


Write = Callable[..., Path]
"""Writes bytes into a file and returns it."""


def make_desk(folder: Path) -> Desk:
    """Write tables and certificates into a folder."""
    (folder / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
    names = [(one.code, one.name) for one in read_agencies(AGENCIES.encode())]
    pki = make_demo_pki(folder / "pki", names, NOW - timedelta(days=30), rsa_agencies=())
    lines = [
        f"{code},{pki.seal(code).certificate_file.relative_to(folder)}"
        for code, _ in names
        if code != "H37.101"
    ]
    (folder / "certificates.csv").write_text("\n".join(["code,certificate", *lines]) + "\n")
    return Desk(folder, pki)
