"""A registry that doesn't fit together is named, code by code, before it may stand."""

from datetime import date

import pytest

from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.consistency import check_directory

CLOSED = date(2025, 6, 30)
ENDPOINTS = [Endpoint("e", "e")]


def agency(code: str, **fields: object) -> Agency:
    return Agency(code, f"Cơ quan {code}", Level.CENTRAL, **fields)  # type: ignore[arg-type]


def test_check_registry_that_fits_finds_nothing() -> None:
    agencies = [
        agency("A", endpoint="e", aliases=("X", "Y")),
        agency("B", parent="X"),
        agency("C", parent="B", valid_to=CLOSED, successor="Y"),
    ]
    assert check_directory(agencies, ENDPOINTS) == []


@pytest.mark.parametrize(
    ("agencies", "named"),
    [
        ([agency("A"), agency("A", parent="A2")], "Code «A»"),
        ([agency("A", aliases=("B",)), agency("B")], "Alias «B» of «A»"),
        ([agency("A", aliases=("X",)), agency("B", aliases=("X",))], "Alias «X» of «B»"),
        ([agency("A", parent="Z")], "Parent «Z» of «A»"),
        ([agency("A", valid_to=CLOSED, successor="Z")], "Successor «Z» of «A»"),
        ([agency("A", successor="B"), agency("B")], "«A» has a successor but no closing day"),
        ([agency("A", endpoint="f")], "Endpoint «f» of «A»"),
        ([agency("A", parent="A")], "circle: A → A."),
        ([agency("A", parent="B"), agency("B", parent="A")], "circle: A → B → A."),
        (
            [
                agency("A", parent="B"),
                agency("B", parent="C"),
                agency("C", parent="B"),
                agency("D", parent="A"),
            ],
            "circle: B → C → B.",
        ),
        (
            [
                agency("A", valid_to=CLOSED, successor="B"),
                agency("B", valid_to=CLOSED, successor="A"),
            ],
            "succeed each other in a circle: A → B → A.",
        ),
        (
            [agency(str(n), parent=str((n + 1) % 9)) for n in range(9)],
            "circle: 0 → 1 → 2 → 3 → 4 → 5 → … → 0.",
        ),
    ],
)
def test_check_registry_that_does_not_fit_names_it(agencies: list[Agency], named: str) -> None:
    problem = check_directory(agencies, ENDPOINTS)[0]
    assert named in problem.text_en()
    assert problem.text_vi() != problem.text_en()


def test_check_circle_is_named_once() -> None:
    agencies = [agency("A", parent="B"), agency("B", parent="A"), agency("C", parent="A")]
    assert len(check_directory(agencies, ENDPOINTS)) == 1
