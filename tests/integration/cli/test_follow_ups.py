"""What a clerk types about a document that was sent: recall, update, replace."""

import json
from pathlib import Path

import pytest

from axis.edxml.values import Document
from axis.edxml.write import write_document
from tests.integration.cli.conftest import Profile
from tests.support.command import axis_command
from tests.support.offices import Offices

pytestmark = pytest.mark.usefixtures("operator")


class Clerk:
    """Works for G22, and looks into what its receivers got."""

    def __init__(self, folder: Path, profile: Profile, offices: Offices) -> None:
        self._folder = folder
        self._profile = profile
        self._offices = offices

    def draft(self, *receivers: str) -> tuple[Path, Document]:
        """An unsigned document in a file."""
        document = self._offices.letter("G22", receivers)
        file = self._folder / f"{document.code.number}.edxml"
        file.write_bytes(write_document(document))
        return file, document

    def says(self, *arguments: object) -> str:
        """Run a command of G22 that sends something; return the axis's id of it."""
        ended = axis_command(
            "document", *arguments, "--profile", self._profile("g22", "G22"), "--json"
        )
        assert ended.code == 0, ended.err
        assert ended.json["accepted"]
        return str(ended.json["receipt"]["subject"]["axis_id"])

    def received(self, endpoint: str, wanted: str) -> dict[str, object]:
        """Receive at an endpoint until this document comes."""
        while True:
            ended = axis_command(
                "document", "receive", "--profile", self._profile(endpoint), "--count", 1, "--json"
            )
            assert ended.code == 0, ended.err
            for line in map(json.loads, ended.out.splitlines()):
                if line["axis_id"] == wanted:
                    return dict(line)


@pytest.fixture
def clerk(tmp_path: Path, profile: Profile, offices: Offices) -> Clerk:
    return Clerk(tmp_path, profile, offices)


def test_document_is_recalled_by_its_document_id_and_never_shown_where_it_waited(
    clerk: Clerk,
) -> None:
    file, document = clerk.draft("G09")
    original = clerk.says("send", file)
    recall = clerk.says("recall", document.document_id, "--reason", "Sai số liệu")
    line = clerk.received("g09", recall)
    assert (line["kind"], line["targets"], line["withdrawn_here"]) == ("recall", [original], True)


def test_document_is_updated_with_another_receiver_and_another_subject(clerk: Clerk) -> None:
    file, document = clerk.draft("G09")
    original = clerk.says("send", file)
    update = clerk.says("update", file, "--add", "H37.02", "--subject", "V/v đính chính")
    assert clerk.received("lgsp-h37", original)["document_id"] == document.document_id
    line = clerk.received("lgsp-h37", update)
    assert (line["kind"], line["subject"]) == ("update", "V/v đính chính")


def test_document_is_replaced_by_a_new_one_for_the_receivers_named(clerk: Clerk) -> None:
    file, document = clerk.draft("G09", "H37.02")
    original = clerk.says("send", file)
    new, _ = clerk.draft("G09", "H37.02")
    replacement = clerk.says("replace", new, "--replaces", f"{document.document_id}=G09")
    assert clerk.received("g09", replacement)["targets"] == [original]
    assert clerk.received("lgsp-h37", replacement)["targets"] == []


def test_update_that_changes_nothing_is_wrong_usage(clerk: Clerk, profile: Profile) -> None:
    file, _ = clerk.draft("G09")
    ended = axis_command("document", "update", file, "--profile", profile("g22", "G22"))
    assert (ended.code, ended.out) == (2, "")
    assert "--add, --drop, --subject hoặc --file" in ended.err


def test_recall_of_what_nobody_sent_is_refused_with_words(profile: Profile) -> None:
    missing = ("G22,2026/01/01,0/X", "--reason", "x", "--profile", profile("g22", "G22"))
    ended = axis_command("document", "recall", *missing)
    assert (ended.code, ended.out) == (1, "")
    assert " / " in ended.err
