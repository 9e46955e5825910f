"""Registry files as spreadsheets write them, and every way in which they are wrong."""

import contextlib
import csv
import io
import tracemalloc
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.facts import Capacity
from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.cells import MAX_ALIASES
from axis.registry.csvfile import CertificateRow, read_agencies, read_certificates, read_endpoints
from axis.registry.mandates import MAX_ACT_CHARS, MessageKind
from axis.registry.problems import MAX_PROBLEMS, Problems, RegistryFileError
from axis.registry.table import MAX_CSV_BYTES, Columns, read_rows

HEADER = "code,name,level,parent,aliases,endpoint,valid_from,valid_to,successor\n"
DISTRICT = Agency(
    "H37.51",
    "UBND huyện Tràng Định",
    Level.DISTRICT,
    parent="H37",
    aliases=("000.00.51.H37", "H3751"),
    endpoint="h37-51",
    valid_from=date(2004, 7, 1),
    valid_to=date(2025, 6, 30),
    successor="H37.101",
)
LINE = (
    "H37.51,UBND huyện Tràng Định,district,H37,000.00.51.H37;H3751,"
    "h37-51,2004-07-01,2025-06-30,H37.101\n"
)


def problems(read: object, text: str | bytes) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(RegistryFileError) as caught:
        read(data)  # type: ignore[operator]
    assert all(problem.text_vi() for problem in caught.value.problems)
    return [problem.text_en() for problem in caught.value.problems]


def test_read_agencies_full_line_gives_every_field() -> None:
    assert read_agencies((HEADER + LINE).encode()) == [DISTRICT]


def test_read_agencies_least_columns_in_any_order_are_enough() -> None:
    data = "level,code,name\ncentral,G22,Văn phòng Chính phủ\n".encode()
    assert read_agencies(data) == [Agency("G22", "Văn phòng Chính phủ", Level.CENTRAL)]


def test_read_agencies_byte_order_mark_and_crlf_are_accepted() -> None:
    data = (HEADER + LINE).replace("\n", "\r\n").encode("utf-8-sig")
    assert read_agencies(data) == [DISTRICT]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_read_agencies_semicolons_or_tabs_between_cells_are_accepted(delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows(csv.reader(io.StringIO(HEADER + LINE)))
    assert read_agencies(out.getvalue().encode()) == [DISTRICT]


def test_read_agencies_vietnamese_dates_are_accepted() -> None:
    text = LINE.replace("2004-07-01", "1/7/2004").replace("2025-06-30", "30/06/2025")
    assert read_agencies((HEADER + text).encode()) == [DISTRICT]


def test_read_agencies_quoted_newline_in_a_name_becomes_a_space() -> None:
    data = 'code,name,level\nG22,"Văn phòng\r\nChính  phủ ",central\n'.encode()
    assert read_agencies(data)[0].name == "Văn phòng Chính phủ"


def test_read_agencies_decomposed_vietnamese_is_composed() -> None:
    data = "code,name,level\nG09,Bộ Nội vụ,central\n".encode()
    assert read_agencies(data)[0].name == "Bộ Nội vụ"


def test_read_agencies_blank_lines_and_missing_last_cells_are_accepted() -> None:
    data = f"{HEADER}\nG22,Văn phòng Chính phủ,central\n,,,,\n{LINE}".encode()
    assert [agency.code for agency in read_agencies(data)] == ["G22", "H37.51"]


def test_read_agencies_repeated_and_own_codes_among_aliases_are_dropped() -> None:
    data = "code,name,level,aliases\nG12,Bộ Tài chính,central,G12; A.1 ;;A.1\n".encode()
    assert read_agencies(data)[0].aliases == ("A.1",)


def test_read_agencies_header_case_and_spaces_do_not_matter() -> None:
    assert read_agencies(b" Code ,NAME,Level\nG22,a,Central\n")[0].level is Level.CENTRAL


def test_read_agencies_wrong_cells_are_all_named_with_their_lines() -> None:
    text = (
        HEADER
        + 'G 1,"hai\ndòng",ministry,,,,,,\n'
        + "G2,,central,a b,x y;z,Hà Nội,2025-02-30,30-06-2025,?\n"
        + "G3,tên,central,,,,2025-07-01,2025-06-30,\n"
    )
    found = problems(read_agencies, text)
    lines = [int(p.split(":")[0].removeprefix("Line ")) for p in found]
    assert lines == [2, 2, 4, 4, 4, 4, 4, 4, 4, 5]
    for wrong in ("G 1", "ministry", "a b", "x y", "Hà Nội", "2025-02-30", "30-06-2025", "?"):
        assert any(f"«{wrong}»" in problem for problem in found), wrong


def test_read_agencies_code_twice_names_the_first_line() -> None:
    found = problems(read_agencies, "code,name,level\nG1,a,central\nG2,b,central\nG1,c,central\n")
    assert found == ["Line 4: «G1» is already on line 2."]


def test_read_agencies_misspelt_column_is_refused() -> None:
    (found,) = problems(read_agencies, "code,name,level,succesor\nG1,a,central,G2\n")
    assert "«succesor»" in found


def test_read_agencies_column_twice_is_refused() -> None:
    assert problems(read_agencies, "code,name,level,name\n") == [
        "Line 1: Column «name» occurs twice."
    ]


@pytest.mark.parametrize("text", ["", "\n", "code,name\nG1,a\n", "PK\x03\x04", "\x00", '"'])
def test_read_agencies_without_its_columns_is_refused(text: str) -> None:
    assert problems(read_agencies, text) == [
        "Line 1: The header line lacks columns; needed: code, name, level."
    ]


def test_read_agencies_cell_outside_the_columns_is_refused() -> None:
    (found,) = problems(read_agencies, "code,name,level\nG1,Sở A, B,central\n")[:1]
    assert found == "Line 2: Cell «central» lies outside the columns of the header line."


def test_read_agencies_open_quotation_mark_is_refused_with_its_line() -> None:
    (found,) = problems(read_agencies, 'code,name,level\nG1,a,central\nG2,"b,central\nG3,c,c\n')
    assert found.startswith("Line 3: Cannot be read")


def test_read_agencies_other_encoding_is_refused_with_its_line() -> None:
    data = b"code,name,level\nG1,a,central\nG2,B\xe9,central\n"
    (found,) = problems(read_agencies, data)
    assert found.startswith("Line 3: The file is not UTF-8")


def test_read_agencies_control_characters_in_a_name_are_refused() -> None:
    (found,) = problems(read_agencies, "code,name,level\nG1,a\x1b[2Jb,central\n")
    assert "\x1b" not in found


def test_read_agencies_too_large_is_refused() -> None:
    (found,) = problems(read_agencies, bytes(MAX_CSV_BYTES + 1))
    assert str(MAX_CSV_BYTES) in found


def test_rows_of_a_long_table_are_read_without_holding_its_text_beside_its_bytes() -> None:
    """A register has a hundred thousand lines; whole texts take four bytes a character."""
    data = b"code,name\n" + b"".join(b"G%d,%s\n" % (n, b"x" * 10_000) for n in range(300))
    columns, wrong = Columns(required=("code", "name")), Problems()
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_rows(data, columns, wrong)) == 300
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    wrong.raise_if_any()
    assert peak < 1.5 * len(data)


def test_read_agencies_too_long_texts_and_lists_are_refused() -> None:
    many = ";".join(f"A{number}" for number in range(MAX_ALIASES + 1))
    found = problems(read_agencies, f"code,name,level,aliases\nG1,{'a' * 501},central,{many}\n")
    assert [" 500." in found[0], f" {MAX_ALIASES}." in found[1]] == [True, True]


def test_read_agencies_endless_problems_are_counted_not_listed() -> None:
    data = ("code,name,level\n" + "?,a,central\n" * (MAX_PROBLEMS + 5)).encode()
    with pytest.raises(RegistryFileError) as caught:
        read_agencies(data)
    assert len(caught.value.problems) == MAX_PROBLEMS
    assert caught.value.unlisted == 5
    assert "… và 5 lỗi khác.\n\nLine 2: " in caught.value.diagnostics()
    assert caught.value.diagnostics().endswith("… and 5 more.")
    assert str(caught.value) == caught.value.diagnostics()


def test_read_endpoints_gives_ids_and_names() -> None:
    data = "id,name\nlgsp-h37,Nền tảng LGSP tỉnh Lạng Sơn\n".encode()
    assert read_endpoints(data) == [Endpoint("lgsp-h37", "Nền tảng LGSP tỉnh Lạng Sơn")]


def test_read_endpoints_account_of_the_axis_and_empty_id_are_refused() -> None:
    found = problems(read_endpoints, "id,name\naxis,Trục\n,Không tên\n")
    assert [text[:7] for text in found] == ["Line 2:", "Line 3:"]


@pytest.mark.parametrize("header", ["certificate", "pem", "PEM"])
def test_read_certificates_gives_paths_and_terms(header: str) -> None:
    data = f"code,{header},valid_from,valid_to\nG22,certs/g22.pem,01/01/2025,\n".encode()
    assert read_certificates(data) == [
        CertificateRow(2, "G22", "certs/g22.pem", valid_from=date(2025, 1, 1))
    ]


def test_read_certificates_gives_capacity_kinds_and_act() -> None:
    data = (
        "code,certificate,capacity,kinds,act\n"
        "H37.02,lan.pem,Person, new; STATUS ;,125/QĐ-UBND\n"
        "H37.03,lan.pem,,,\n"
    )
    assert read_certificates(data.encode()) == [
        CertificateRow(
            2,
            "H37.02",
            "lan.pem",
            capacity=Capacity.PERSON,
            kinds=frozenset({MessageKind.NEW, MessageKind.STATUS}),
            act="125/QĐ-UBND",
        ),
        CertificateRow(3, "H37.03", "lan.pem"),
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("king,,", "Capacity «king» is not valid; use: seal, person, parent, carrier."),
        (
            ",new;letters,",
            "Kind «letters» is not valid; use: new, recall, update, replace,",
        ),
        (f",,{'x' * (MAX_ACT_CHARS + 1)}", "Column «act» has"),
    ],
)
def test_read_certificates_names_a_wrong_capacity_kind_or_act(cells: str, said: str) -> None:
    header = "code,certificate,capacity,kinds,act\n"
    (text,) = problems(read_certificates, f"{header}G22,a.pem,{cells}\n")
    assert said in text


def test_read_certificates_one_certificate_on_two_acts_is_two_mandates() -> None:
    header = "code,certificate,capacity,act\n"
    two = header + "G22,a.pem,person,1/QĐ\nG22,a.pem,person,2/QĐ\n"
    assert len(read_certificates(two.encode())) == 2
    (text,) = problems(read_certificates, two + "G22,a.pem,person,1/QĐ\n")
    assert "already on line 2" in text


def test_read_certificates_several_of_one_agency_are_accepted() -> None:
    data = b"code,certificate\nG22,a.pem\nG22,b.pem\n"
    assert [row.path for row in read_certificates(data)] == ["a.pem", "b.pem"]


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_read_agencies_any_bytes_are_read_or_refused(data: bytes) -> None:
    for content in (data, HEADER.encode() + data):
        with contextlib.suppress(RegistryFileError):
            assert all(isinstance(agency, Agency) for agency in read_agencies(content))


def _as_cleaned(text: str) -> str:
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    return name if name.isprintable() and name else 'UBND xã «A, B»; "C"'


@st.composite
def written_agencies(draw: st.DrawFn) -> list[Agency]:
    codes = st.from_regex(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,3}){0,3}", fullmatch=True)
    optional = st.none() | codes
    days = st.none() | st.dates(date(1945, 9, 2), date(2100, 1, 1))
    found = []
    for code in draw(st.lists(codes, unique=True, max_size=4)):
        first, last = sorted([draw(days), draw(days)], key=lambda day: day or date.max)
        others = draw(st.lists(codes.filter(lambda c, own=code: c != own), unique=True, max_size=3))
        name = draw(st.text(min_size=1).map(_as_cleaned))
        found.append(
            Agency(
                code,
                name,
                draw(st.sampled_from(Level)),
                draw(optional),
                tuple(others),
                draw(st.none() | st.from_regex(r"h[a-z0-9]{1,5}(-[a-z0-9]{1,5})?", fullmatch=True)),
                first,
                last,
                draw(optional),
            )
        )
    return found


@given(written_agencies(), st.sampled_from([",", ";", "\t"]))
def test_read_agencies_what_a_spreadsheet_wrote_comes_back(
    agencies: list[Agency], delimiter: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(HEADER.strip().split(","))
    for a in agencies:
        optional = (a.parent, ";".join(a.aliases), a.endpoint, a.valid_from, a.valid_to)
        writer.writerow([a.code, a.name, a.level, *(v or "" for v in optional), a.successor or ""])
    back = read_agencies(out.getvalue().encode())
    assert back == agencies


def test_read_agencies_without_code_or_name_is_refused_though_empty_cells_may_follow() -> None:
    assert problems(read_agencies, "code,name,level\n,,central,,\n") == [
        "Line 2: Column «code» is empty.",
        "Line 2: Column «name» is empty.",
    ]
