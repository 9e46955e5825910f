"""Writes the page of attacks: ``python -m tests.attacks.page``. A test fails where it is not so."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.attacks.attack import Attack, Family
from tests.attacks.catalogue import ATTACKS, FAMILIES
from tests.attacks.ground import make_ground
from tests.attacks.judging import Judged, judge

PAGE: Final = Path(__file__).parents[2] / "docs" / "attacks.md"

_INTRODUCTION: Final = """\
# Tấn công · Attacks

Mỗi dòng là một cách tấn công vào chữ ký của một văn bản edXML thật đã ký đúng, và điều trục trả
lời: kết luận và chỉ dấu phụ theo ETSI EN 319 102-1, và lý do ([reasons.md](reasons.md)). PASSED
nghĩa là cách đó không đổi điều gì: nội dung được đọc đúng là nội dung đã ký, từng giá trị một.

Each line is an attack on the signature of a real, soundly signed edXML document, and what the axis
answers: verdict and sub-indication of ETSI EN 319 102-1, and reasons ([reasons.md](reasons.md)).
PASSED means that the attack changes nothing: what is read is what was signed, value by value.

This page is made from `tests/attacks/` by `python -m tests.attacks.page`, and checked by a test.

"""

_MUTANTS: Final = """\
## Cùng nội dung, cách viết khác · The same content, spelt otherwise

(r, n − s) is as sound an ECDSA signature as (r, s), and anybody can compute it; white space inside
a tag does the same to RSA. Such a spelling passes: it is the same content, signed by the same key.
It makes no second document: a new document under a used DocumentId with other bytes is `A-CONFLICT`
([test_respelling.py](../tests/attacks/test_respelling.py)).

## Biến thể ngẫu nhiên · Mutants

Beside these named attacks, `python -m tests.attacks.mutants --count 100000` changes signed
documents at random: bytes, trees, parts of the signature, base64 and numbers, and between documents
of one and of two agencies. A mutant is *accepted* if it passes while its canonical form, or what is
read of it, is not an original's; none may be. The figures stand in
[tests/benchmarks/RESULTS.md](../tests/benchmarks/RESULTS.md).
"""


def page(said: Mapping[str, Judged]) -> str:
    """Return the page of attacks as they were judged."""
    sections = "".join("\n".join(_section(family, said)) for family in FAMILIES)
    refused = sum(bool(judged.codes) for judged in said.values())
    count = (
        f"{len(said)} attacks: {refused} refused, {len(said) - refused} that change nothing of what"
        " is read.\n\n"
    )
    return _INTRODUCTION + count + sections + _MUTANTS


def _section(family: Family, said: Mapping[str, Judged]) -> Iterator[str]:
    yield f"## {family.title_vi} · {family.title_en}\n"
    yield "| Attack | How it is made | Verdict | Reasons |"
    yield "|---|---|---|---|"
    for attack in family.attacks:
        yield f"| {' | '.join(_cells(attack, said[attack.name]))} |"
    yield "\n"


def _cells(attack: Attack, judged: Judged) -> tuple[str, ...]:
    short = attack.name.partition("/")[2]
    verdict = judged.outcome.value
    if judged.sub_indication is not None:
        verdict += f" {judged.sub_indication}"
    codes = ", ".join(f"`{code}`" for code in judged.codes)
    return short, attack.about.replace("|", "\\|"), verdict, codes


def main() -> None:
    """Judge all attacks and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        ground = make_ground(Path(folder))
        said = {attack.name: judge(ground, attack) for attack in ATTACKS}
    PAGE.write_text(page(said), encoding="utf-8")
    sys.stdout.write(f"{PAGE}: {len(said)}\n")


if __name__ == "__main__":
    main()
