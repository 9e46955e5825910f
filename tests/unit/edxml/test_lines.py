"""Places become lines of the bytes as they were sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.lines import HEADER, Lines, located
from axis.edxml.xml import NAMESPACE, parse_tree
from axis.reasons import Reason
from axis.verdict import Finding


def line_of(data, mark, number=1):
    return [at for at, line in enumerate(data.split(b"\n"), 1) if mark in line][number - 1]


@pytest.fixture
def data(sample):
    return sample("update_add_remove_receiver")


@pytest.fixture
def root(data):
    return parse_tree(data)[0]


@pytest.mark.parametrize(
    ("place", "mark", "number"),
    [
        (f"{HEADER}/From/OrganId", b"<edXML:OrganId>", 1),
        (f"{HEADER}/To[2]/OrganId", b"<edXML:OrganId>", 3),
        (f"{HEADER}/To[2]", b"<edXML:To>", 2),
        (f"{HEADER}/To[2]/Nothing", b"<edXML:To>", 2),
        (f"{HEADER}/To[9]/OrganId", b"<edXML:MessageHeader>", 1),
        (f"{HEADER}/SignerInfo/Missing", b"<edXML:SignerInfo>", 1),
        ("/edXML/AttachmentEncoded/Attachment/ContentId", b"<ContentId>", 1),
        ("/edXML", b"<edXML xmlns=", 1),
        ("/edXML/Nothing/Else", b"<edXML xmlns=", 1),
    ],
)
def test_place_gets_the_line_of_its_element_or_the_nearest_above(data, root, place, mark, number):
    (found,) = located([Finding(Reason.MISSING_FIELD, place)], root)
    assert found.line == line_of(data, mark, number)


def test_finding_about_the_whole_message_has_no_line(root):
    assert located([Finding(Reason.UNSIGNED)], root) == [Finding(Reason.UNSIGNED)]


@pytest.mark.parametrize(
    ("place", "mark", "number"),
    [
        (f"{HEADER}/From/OrganId", b"<edXML:From>", 1),
        (f"{HEADER}/To[2]/OrganId", b"<edXML:To>", 2),
        (f"{HEADER}/DocumentId", b"<edXML:DocumentId>", 1),
    ],
)
def test_header_lines_complete_findings_that_are_made_without_the_tree(data, place, mark, number):
    (found,) = Lines.of(data).complete([Finding(Reason.RECEIVER_UNKNOWN, place)])
    assert found.line == line_of(data, mark, number)


@pytest.mark.parametrize(
    "place", ["", "/edXML", f"{HEADER}/To[7]", f"{HEADER}/Other", f"{HEADER}/"]
)
def test_header_lines_leave_what_they_do_not_know(data, place):
    finding = Finding(Reason.RECEIVER_UNKNOWN, place)
    assert Lines.of(data).complete([finding]) == [finding]


def test_header_lines_leave_a_line_that_is_known(data):
    finding = Finding(Reason.RECEIVER_UNKNOWN, f"{HEADER}/To", line=3)
    assert Lines.of(data).complete([finding]) == [finding]


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        f'<edXML xmlns="{NAMESPACE}"/>'.encode(),
        f'<edXML xmlns="{NAMESPACE}"><MessageHeader/></edXML>'.encode(),
        b"MessageHeader",
        b"MessageHeader MessageHeader",
        b"<x><!-- MessageHeader MessageHeader --></x>",
        b"<MessageHeader><y></x></MessageHeader>",
    ],
)
def test_bytes_without_a_header_have_no_lines(odd):
    finding = Finding(Reason.RECEIVER_UNKNOWN, f"{HEADER}/To")
    assert Lines.of(odd).complete([finding]) == [finding]


def test_header_lines_hold_neither_the_files_nor_a_header_without_end(sample, data):
    assert b"MessageHeader" in Lines.of(data).head
    assert len(Lines.of(sample("new_multi_to_4level_hoatoc_5att")).head) < 10_000
    endless = b"<MessageHeader>" + b"<To/>" * 1_000_000 + b"</MessageHeader>"
    assert Lines.of(endless) == Lines()


@given(st.binary(max_size=60))
def test_no_bytes_make_looking_for_lines_fail(noise):
    finding = Finding(Reason.RECEIVER_UNKNOWN, f"{HEADER}/To")
    Lines.of(b"<MessageHeader>" + noise + b"</MessageHeader>").complete([finding])


@given(st.text(alphabet="/[]0123456789²To ", max_size=40))
def test_no_place_makes_locating_fail(place):
    root, _ = parse_tree(f'<edXML xmlns="{NAMESPACE}"><To/><To/></edXML>'.encode())
    located([Finding(Reason.MISSING_FIELD, f"/edXML/{place}")], root)
    lines = Lines.of(f'<MessageHeader xmlns="{NAMESPACE}"><To/></MessageHeader>'.encode())
    lines.complete([Finding(Reason.MISSING_FIELD, f"{HEADER}/{place}")])
