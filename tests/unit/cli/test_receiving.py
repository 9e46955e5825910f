"""Saving what was received: one folder a document, one file an attachment."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from axis.cli.receiving import save, unused_name
from axis.client.deliveries import UnreadableDeliveryError
from axis.edxml.attachments import AttachmentContent
from axis.errors import ConfigurationError


@dataclass
class Taken:
    """A delivery, as far as saving looks at it."""

    axis_id: str | None
    body: bytes = b"<edXML/>"
    sha256: str = "0" * 64
    files: tuple[AttachmentContent, ...] | None = field(default=())

    @property
    def attachments(self) -> tuple[AttachmentContent, ...]:
        if self.files is None:
            raise UnreadableDeliveryError(())
        return self.files


def test_files_of_one_name_are_all_kept(tmp_path: Path) -> None:
    files = tuple(
        AttachmentContent(name, "application/pdf", name.encode() + bytes([number]))
        for number, name in enumerate(["a.pdf", "a.pdf", "A.PDF", "document.edxml"])
    )
    place = save(Taken("0198-id", files=files), tmp_path)  # type: ignore[arg-type]
    assert {file.name for file in place.iterdir()} == {
        "document.edxml",
        "a.pdf",
        "a (2).pdf",
        "A (3).PDF",
        "document (2).edxml",
    }
    assert (place / "document.edxml").read_bytes() == b"<edXML/>"


def test_name_with_a_path_stays_in_its_folder(tmp_path: Path) -> None:
    files = (AttachmentContent("../../etc/cron.d/x", "text/plain", b"x"),)
    place = save(Taken("../../id", files=files), tmp_path)  # type: ignore[arg-type]
    assert place.parent == tmp_path
    assert {file.name for file in place.iterdir()} == {"document.edxml", "x"}


def test_document_shown_again_is_saved_to_the_same_place(tmp_path: Path) -> None:
    first = save(Taken("id", body=b"one"), tmp_path)  # type: ignore[arg-type]
    again = save(Taken("id", body=b"one"), tmp_path)  # type: ignore[arg-type]
    assert first == again
    assert len(list(tmp_path.iterdir())) == 1


def test_unreadable_document_is_saved_as_it_came(tmp_path: Path) -> None:
    place = save(Taken(None, body=b"no xml", files=None), tmp_path)  # type: ignore[arg-type]
    assert (place / "document.edxml").read_bytes() == b"no xml"


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="file"):
        save(Taken("id"), tmp_path / "file")  # type: ignore[arg-type]


def test_unused_name_keeps_the_suffix() -> None:
    used = {"a.tar.gz"}
    assert unused_name("a.tar.gz", used) == "a.tar (2).gz"
    assert unused_name("no-suffix", used) == "no-suffix"
    assert unused_name("no-suffix", used) == "no-suffix (2)"
