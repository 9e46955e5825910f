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
def test_header_lines_complete_findings_that_are_made_without_the_tree(
    data, root, place, mark, number
):
    (found,) = Lines.read(root).complete([Finding(Reason.RECEIVER_UNKNOWN, place)])
    assert found.line == line_of(data, mark, number)


@pytest.mark.parametrize(
    "place", ["", "/edXML", f"{HEADER}/To[7]", f"{HEADER}/Other", f"{HEADER}/"]
)
def test_header_lines_leave_what_they_do_not_know(root, place):
    finding = Finding(Reason.RECEIVER_UNKNOWN, place)
    assert Lines.read(root).complete([finding]) == [finding]


def test_message_without_a_header_has_no_lines():
    root, _ = parse_tree(f'<edXML xmlns="{NAMESPACE}"/>'.encode())
    assert Lines.read(root) == Lines()


@given(st.text(alphabet="/[]0123456789²To ", max_size=40))
def test_no_place_makes_locating_fail(place):
    root, _ = parse_tree(f'<edXML xmlns="{NAMESPACE}"><To/><To/></edXML>'.encode())
    located([Finding(Reason.MISSING_FIELD, f"/edXML/{place}")], root)
    Lines((("To", 1), ("To", 2))).complete([Finding(Reason.MISSING_FIELD, f"{HEADER}/{place}")])
