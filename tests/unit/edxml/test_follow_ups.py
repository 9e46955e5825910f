"""Updates and replacements as programs make them: written, read again, and in order."""

from datetime import date, datetime

import pytest

from axis.clock import VIETNAM
from axis.edxml.build import File, new_document
from axis.edxml.codes import DocumentKind, ReceiverType
from axis.edxml.follow_ups import replacement_of, update_of
from axis.edxml.parse import read
from axis.edxml.values import Business, Document
from axis.edxml.write import write_document
from axis.errors import InvalidInputError

AT = datetime(2026, 3, 3, 9, 0, tzinfo=VIETNAM)


def letter(number: int = 1) -> Document:
    return new_document(
        sender="G22",
        receivers=["G09", "H37"],
        number=number,
        notation="VPCP-TTĐT",
        date=date(2026, 3, 2),
        subject="V/v thử nghiệm",
        at=AT,
        files=[File("1.txt", b"one")],
    )


def business_of(document: Document) -> Business:
    """What a document wants once it was written and read again."""
    reading = read(write_document(document))
    assert isinstance(reading.message, Document)
    assert reading.message.business is not None
    return reading.message.business


def test_update_of_receivers_names_who_comes_and_who_goes_and_keeps_the_rest() -> None:
    first = letter()
    changed = update_of(first, at=AT, added=["H37.02"], dropped=["G09"])
    assert changed.receivers == ("H37", "H37.02")
    assert (changed.document_id, changed.subject) == (first.document_id, first.subject)
    assert changed.attachments == first.attachments
    business = business_of(changed)
    assert (business.kind, business.document_id) == (DocumentKind.UPDATE, first.document_id)
    (update,) = business.updates
    assert (update.document_info, update.document_receiver) == (0, 1)
    assert [(one.organ_id, one.type) for one in update.receivers] == [
        ("H37.02", ReceiverType.ADDED),
        ("G09", ReceiverType.DROPPED),
    ]


def test_update_of_the_content_brings_other_files_and_may_have_an_id_of_its_own() -> None:
    first = letter()
    changed = update_of(
        first, at=AT, subject="V/v khác", files=[File("2.txt", b"two")], own_id="G22,2026/03/03,1/X"
    )
    assert [one.name for one in changed.references] == ["2.txt"]
    assert changed.document_id == "G22,2026/03/03,1/X"
    assert changed.target_document_ids == (first.document_id,)
    (update,) = business_of(changed).updates
    assert (update.document_info, update.document_receiver) == (1, 0)


def test_update_that_changes_nothing_and_one_to_nobody_cannot_be_made() -> None:
    with pytest.raises(InvalidInputError):
        update_of(letter(), at=AT)
    with pytest.raises(InvalidInputError):
        update_of(letter(), at=AT, dropped=["G09", "H37"])


def test_replacement_names_what_it_replaces_and_for_whom() -> None:
    first, second = letter(1), letter(2)
    new = replacement_of(
        letter(3), {first.document_id: ["G09"], second.document_id: []}, at=AT, reason="Sai số liệu"
    )
    business = business_of(new)
    assert (business.kind, business.reason) == (DocumentKind.REPLACE, "Sai số liệu")
    assert [(one.document_id, one.organ_ids) for one in business.replacements] == [
        (first.document_id, ("G09",)),
        (second.document_id, ()),
    ]
    assert new.target_document_ids == (first.document_id, second.document_id)


def test_replacement_of_nothing_cannot_be_made() -> None:
    with pytest.raises(InvalidInputError):
        replacement_of(letter(), {}, at=AT)
