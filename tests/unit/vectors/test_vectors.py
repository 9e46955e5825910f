"""Every vector is judged as its recipe says, and together they reach the whole catalogue."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from axis.examination import examine
from axis.exchange.admission.checks import name_sealers
from axis.reasons import Reason
from axis.verdict import Outcome
from tests.vectors.recipes.catalogue import VECTORS, bad, files, good
from tests.vectors.recipes.page import vectors_of
from tests.vectors.recipes.vector import Vector
from tests.vectors.recipes.workshop import AT, Judged, Workshop

Judge = Callable[[Vector], Judged]


def name(vector: Vector) -> str:
    return vector.name


@pytest.mark.parametrize("vector", bad(), ids=name)
def test_bad_message_gets_exactly_the_reasons_of_its_recipe(vector: Vector, judge: Judge) -> None:
    judged = judge(vector)
    assert set(judged.codes) == set(vector.expected)
    assert judged.outcome is vector.outcome


@pytest.mark.parametrize("vector", good(), ids=name)
def test_good_message_passes(vector: Vector, judge: Judge) -> None:
    judged = judge(vector)
    assert judged.outcome is Outcome.PASSED
    assert set(judged.codes) == set(vector.expected)


def test_every_reason_of_the_catalogue_is_reached_by_a_vector(judge: Judge) -> None:
    reached = {code for vector in bad() for code in judge(vector).codes}
    assert [reason.code for reason in Reason if reason.code not in reached] == []


@pytest.mark.parametrize("reason", list(Reason))
def test_reason_has_a_vector_that_is_named_after_it_and_shows_it(reason: Reason) -> None:
    vectors = vectors_of(reason)
    assert vectors
    assert all(reason.code in vector.expected for vector in vectors)


def test_names_of_vectors_are_unique() -> None:
    names = Counter(vector.name for vector in (*bad(), *good()))
    assert [name for name, count in names.items() if count > 1] == []


def test_files_are_what_the_recipes_make() -> None:
    found = {path for folder in ("good", "bad") for path in (VECTORS / folder).iterdir()}
    assert found == set(files())
    differing = [
        path.name
        for path, body in files().items()
        if without_files(path.read_bytes()) != without_files(body)
    ]
    assert differing == []


def without_files(message: bytes) -> bytes:
    """Leave out the files' bodies: not every zlib packs the same bytes alike."""
    return re.sub(rb"(ContentTransferEncoded[^>]*>)[^<]*", rb"\1", message)


def test_no_private_key_lies_among_the_vectors() -> None:
    kept = [path for path in VECTORS.rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if _holds_key(path)] == []


def _holds_key(path: Path) -> bool:
    return b"PRIVATE KEY-----" in path.read_bytes() and path.suffix != ".py"


def test_signatures_inside_a_pdf_are_facts_with_the_agency_whose_seal_made_them(
    workshop: Workshop,
) -> None:
    (vector,) = [one for one in good() if one.name == "file-pdf-signed-by-person-then-agency"]
    assert callable(vector.sending)
    body = workshop.bytes_of(vector.sending(workshop))
    (file,) = name_sealers(examine(body, workshop.rules(vector), AT).files, workshop.directory)
    signed = [(signature.agency, signature.intact) for signature in file.signatures]
    assert signed == [(None, True), ("G22", True)]
    assert file.signatures[-1].whole
