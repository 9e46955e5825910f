"""A reason is what a person gave, not what every document of the kind carries."""

import pytest

from axis.edxml.codes import DocumentKind
from axis.exchange.views.reasons import explanation


@pytest.mark.parametrize(
    ("reason", "kind", "told"),
    [
        (None, DocumentKind.RECALL, ""),
        ("", DocumentKind.RECALL, ""),
        ("Thu hồi văn bản điện tử", DocumentKind.RECALL, ""),
        (" thu hồi  văn bản điện TỬ", DocumentKind.RECALL, ""),
        ("Thu hồi văn bản điện tử", DocumentKind.REPLACE, "Thu hồi văn bản điện tử"),
        ("Sai ngày\n kiểm tra", DocumentKind.UPDATE, "Sai ngày kiểm tra"),
    ],
)
def test_explanation_is_what_a_person_gave(
    reason: str | None, kind: DocumentKind, told: str
) -> None:
    assert explanation(reason, kind) == told
