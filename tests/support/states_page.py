"""The section of ARCHITECTURE.md about the states of a delivery, and the picture in it.

.venv/bin/python -m tests.support.states_page
"""

from pathlib import Path
from typing import Final

from tests.support.states import mermaid, table
from tests.support.states_picture import picture

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "ARCHITECTURE.md"
PICTURE: Final = ROOT / "docs" / "images" / "deliveries.svg"
BEGIN: Final = "<!-- deliveries: made by tests/support/states_page.py -->\n"
END: Final = "<!-- /deliveries -->\n"


def section() -> str:
    """Return what stands between the two marks."""
    return f"""
![States of a delivery, and what moves it](docs/images/deliveries.svg)

An arrow from a frame starts at every state in it. On the ordinary way each event leads to its state
from all earlier ones too: a receiver may report 06 first. Reports from outside the way lead to the
state that they name; `06 < 15` is a 06 that was written before the 15. What an arrow does not show
changes nothing.

<details><summary>The same drawing in Mermaid</summary>

```mermaid
{mermaid()}
```

</details>

{table()}

"""


def held(page: str) -> str:
    """Return what a page holds between the marks."""
    return page.partition(BEGIN)[2].partition(END)[0]


def renewed(page: str) -> str:
    """Return a page with its section made anew."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + section() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    PICTURE.write_text(picture(), encoding="utf-8")
