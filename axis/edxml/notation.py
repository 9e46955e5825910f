"""Number and notation (số, ký hiệu) as Decree 30/2020/NĐ-CP has them: do they fit the type?

Only a warning ever follows: the field knows legal documents numbered ``28/2018/QĐ-TTg``, joint
ones, and types that the decree does not list.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from axis.edxml.elements import Code

OFFICIAL_LETTER: Final = "công văn"
"""The one type without an abbreviation: its notation is agency-unit, ``VPCP-TTĐT``."""

ABBREVIATIONS: Final = {
    "nghị quyết": "NQ",
    "quyết định": "QĐ",
    "chỉ thị": "CT",
    "quy chế": "QC",
    "quy định": "QyĐ",
    "thông cáo": "TC",
    "thông báo": "TB",
    "hướng dẫn": "HD",
    "chương trình": "CTr",
    "kế hoạch": "KH",
    "phương án": "PA",
    "đề án": "ĐA",
    "dự án": "DA",
    "báo cáo": "BC",
    "biên bản": "BB",
    "tờ trình": "TTr",
    "hợp đồng": "HĐ",
    "công điện": "CĐ",
    "bản ghi nhớ": "BGN",
    "bản thỏa thuận": "BTT",
    "giấy ủy quyền": "GUQ",
    "giấy mời": "GM",
    "giấy giới thiệu": "GGT",
    "giấy nghỉ phép": "GNP",
    "phiếu gửi": "PG",
    "phiếu chuyển": "PC",
    "phiếu báo": "PB",
    "bản sao y": "SY",
    "bản trích sao": "TrS",
    "bản sao lục": "SL",
}
"""Type in lower case → abbreviation, Annex III."""

_ABBREVIATED: Final = frozenset(ABBREVIATIONS.values())

_SPELLINGS: Final = (("uỷ", "ủy"), ("oả", "ỏa"))
"""Two ways to place a tone mark are in use; these types are met in both."""

_NUMBER: Final = re.compile(r"[0-9]{1,9}[A-Za-zđĐ]?(?:/[0-9]{4})?")
_YEAR: Final = re.compile(r"[0-9]{4}/")
"""Legal documents carry their year: ``2018/QĐ-TTg``."""


def expected_notation(type_name: str, code: Code) -> str | None:
    """Return an example of what fits the type where the code does not; None when it fits.

    Types that the decree does not name fit with everything. Empty numbers and notations are
    somebody else's to report.
    """
    if not code.number or not code.notation:
        return None
    name = _folded(type_name)
    notation = code.notation
    if "/" in notation:
        notation = _YEAR.sub("", notation, count=1)
    first = notation.partition("-")[0]
    if name == OFFICIAL_LETTER:
        fits = first not in _ABBREVIATED
        example = "7816/VPCP-TTĐT"
    elif name in ABBREVIATIONS:
        fits = first == ABBREVIATIONS[name]
        example = f"15/{ABBREVIATIONS[name]}-BNV"
    else:
        fits, example = True, "15/BNV-VP"
    return None if fits and _NUMBER.fullmatch(code.number) else example


@lru_cache(maxsize=256)
def _folded(type_name: str) -> str:
    folded = " ".join(unicodedata.normalize("NFC", type_name).lower().split())
    for other, plain in _SPELLINGS:
        folded = folded.replace(other, plain)
    return folded
