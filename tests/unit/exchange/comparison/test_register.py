"""Registers as endpoints hand them in: any system's columns, and hostile bytes."""

from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.codes import DocumentKind
from axis.exchange.comparison import register
from axis.exchange.comparison.register import Sent, Standing, Taken, read_sent, read_taken
from axis.registry.problems import RegistryFileError

SHA = "0123456789abcdef" * 4
AXIS_ID = "0189aaaa-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "text",
    [
        "message_id,document_id,kind,sha256,receipt,state\nm-1,D/1,recall,{sha},r-1,refused\n",
        "\ufeffMã gói tin;Mã văn bản;Loại;Mã băm;Biên nhận;Tình trạng\r\n"
        "m-1;D/1;thu hồi;{sha};r-1;bị từ chối\r\n",
        "Trích yếu\tMÃ VĂN BẢN\tmessage-id\tloại\tSHA-256\tMã biên nhận\tTình  trạng\n"
        "V/v họp\tD/1\tm-1\t1\t{sha}\tr-1\tTừ chối\n",
    ],
    ids=["english", "vietnamese", "another-systems"],
)
def test_register_of_what_was_sent_is_read_however_it_is_headed(text: str) -> None:
    assert read_sent(text.format(sha=SHA).encode()) == [
        Sent(
            line=2,
            message_id="m-1",
            document_id="D/1",
            kind=DocumentKind.RECALL,
            sha256=SHA,
            receipt="r-1",
            standing=Standing.REFUSED,
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "message_id,axis-document,sender,document_id,receiver,sha256,status,standing\n"
        f"c-1,{AXIS_ID},G22,D/1,G09,{SHA},3,recalled\n",
        "Mã gói tin;Mã trên trục;Nơi gửi;Mã văn bản;Nơi nhận;Mã băm;Trạng thái;Tình trạng\n"
        f"c-1;{AXIS_ID.upper()};G22;D/1;G09;{SHA.upper()};03;đã thu hồi\n",
    ],
    ids=["english", "vietnamese"],
)
def test_register_of_what_was_taken_is_read_however_it_is_headed(text: str) -> None:
    assert read_taken(text.encode()) == [
        Taken(
            line=2,
            message_id="c-1",
            document=UUID(AXIS_ID),
            sender="G22",
            document_id="D/1",
            receiver="G09",
            sha256=SHA,
            status="03",
            standing=Standing.RECALLED,
        )
    ]


def test_what_has_no_column_is_not_said_and_an_empty_cell_says_none() -> None:
    (short,) = read_sent(b"document_id\nD/1\n")
    assert (short.receipt, short.standing, short.sha256) == (None, None, None)
    (long,) = read_sent(b"document_id,receipt,state,sha256\nD/1,,,\n")
    assert (long.receipt, long.standing, long.sha256) == ("", Standing.VALID, None)
    (taken,) = read_taken(b"document_id,status\nD/1,\n")
    assert taken.status == ""


@pytest.mark.parametrize(
    ("read", "text", "line"),
    [
        (read_sent, "subject\nx\n", 1),
        (read_sent, "message_id,document_id\nm-1,\n,\n ,\nm-2,D\nx,y,z\n", 6),
        (read_sent, "document_id,sha256\nD,12\n", 2),
        (read_sent, "document_id,kind\nD,nonsense\n", 2),
        (read_sent, "document_id,state\nD,nonsense\n", 2),
        (read_sent, "message_id,kind\n,new\n", 2),
        (read_sent, f"message_id\n{'x' * 256}\n", 2),
        (read_sent, "message_id\na\x1bb\n", 2),
        (read_sent, "message_id,message_id\na,b\n", 1),
        (read_taken, "document\nno-uuid\n", 2),
        (read_taken, "document_id,status\nD,99\n", 2),
        (read_taken, "document_id,sender\nD,not a code\n", 2),
        (read_taken, 'document_id\n"D\n', 2),
    ],
)
def test_what_is_wrong_is_refused_with_its_line_in_both_languages(
    read: type, text: str, line: int
) -> None:
    with pytest.raises(RegistryFileError) as refused:
        read(text.encode())
    assert [problem.line for problem in refused.value.problems] == [line]
    assert refused.value.problems[0].vi
    assert refused.value.problems[0].en


def test_register_of_too_many_lines_is_refused_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "MAX_LINES", 3)
    with pytest.raises(RegistryFileError, match="more than 3 lines") as refused:
        read_sent(b"message_id\n" + b"m\n" * 9)
    assert len(refused.value.problems) == 1


@given(st.binary(max_size=400))
def test_any_bytes_are_a_register_or_refused(data: bytes) -> None:
    for read in (read_sent, read_taken):
        for head in (b"", b"message_id;document_id;sha256;status;sender;document\n"):
            with suppress(RegistryFileError):
                assert all(one.line for one in read(head + data))
