"""How long documents may take, one by one and together."""

import pytest

from axis.workers import worker
from axis.workers.worker import (
    DOCUMENT_SECONDS,
    HURRIED_SECONDS,
    PATIENT_SECONDS,
    Patience,
)


@pytest.mark.parametrize(
    ("passed", "seconds"),
    [
        (0, DOCUMENT_SECONDS),
        (PATIENT_SECONDS - DOCUMENT_SECONDS, DOCUMENT_SECONDS),
        (PATIENT_SECONDS - 30, 30),
        (PATIENT_SECONDS, HURRIED_SECONDS),
        (PATIENT_SECONDS * 10, HURRIED_SECONDS),
    ],
)
def test_documents_of_an_order_get_a_minute_each_until_it_has_taken_long(
    monkeypatch: pytest.MonkeyPatch, passed: float, seconds: float
) -> None:
    monkeypatch.setattr(worker.time, "monotonic", lambda: 1000.0)
    patience = Patience()
    monkeypatch.setattr(worker.time, "monotonic", lambda: 1000.0 + passed)
    assert patience.seconds == seconds
