"""The writer: the Java producer's dialect, and nothing lost between writing and reading."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axis.clock import VIETNAM
from axis.edxml import codecs, shapes
from axis.edxml.codes import StatusCode
from axis.edxml.identity import read_identity
from axis.edxml.limits import MAX_YEAR, MIN_YEAR
from axis.edxml.parse import read, read_message
from axis.edxml.shape import Leaf, Listing, Part, Parts
from axis.edxml.values import Attachment, Document, Organization, Status
from axis.edxml.write import write_document, write_message, write_status
from axis.edxml.xml import parse_tree
from axis.errors import InvalidInputError

JAVA_SAMPLES = [
    "new_single_pdf",
    "new_multi_to_4level_hoatoc_5att",
    "recall_no_attachment",
    "update_add_remove_receiver",
    "replace_thuongkhan",
    "reply_two_responsefor_khan",
    *(f"status_{code.value}" for code in StatusCode),
]

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r<>&\"' "),
    max_size=12,
).map(lambda text: text.strip(" \t\r\n"))
VALUES = {
    "DATE": st.none() | st.dates(datetime.date(MIN_YEAR, 1, 1), datetime.date(MAX_YEAR, 1, 1)),
    "TIMESTAMP": st.none()
    | st.datetimes(
        datetime.datetime(MIN_YEAR, 1, 1),
        datetime.datetime(MAX_YEAR, 1, 1),
        timezones=st.just(VIETNAM),
    ).map(lambda moment: moment.replace(microsecond=0)),
    "INTEGER": st.none() | st.integers(-999_999_999, 999_999_999),
    "BOOLEAN": st.none() | st.booleans(),
}


def _texts(naming):
    """Any text; one that names something as it is read."""
    return TEXTS if naming is None else TEXTS.map(lambda text: read_identity(text, naming).text)


def _leaf(slot):
    if slot.codec is codecs.TEXT:
        return _texts(slot.naming)
    for name, values in VALUES.items():
        if slot.codec is getattr(codecs, name):
            return values
    members = [slot.codec.read(text) for text in slot.codec.expected.split(", ")]
    required = slot.attribute in ("kind", "code")
    return st.sampled_from(members if required else [None, *members])


def _slot(slot):
    if isinstance(slot, Leaf):
        return _leaf(slot)
    if isinstance(slot, Part):
        return values_of(slot.shape) | (st.none() if slot.optional else st.nothing())
    if isinstance(slot, Parts):
        return st.lists(values_of(slot.shape), max_size=2).map(tuple)
    assert isinstance(slot, Listing)
    items = _texts(slot.naming).filter(bool) if slot.shape is None else values_of(slot.shape)
    return st.lists(items, max_size=2).map(tuple)


def values_of(shape):
    """Any value of a shape's type, every field of it drawn along the shape."""
    fields = {slot.attribute: _slot(slot) for slot in shape.slots}
    fields |= {attribute: TEXTS for attribute, _ in shape.xml_attributes}
    return st.builds(shape.type, **fields)


DOCUMENTS = st.builds(
    lambda header, trace, references, attachments: Document(
        **{
            slot.attribute: getattr(header, slot.attribute) for slot in shapes.DOCUMENT_HEADER.slots
        },
        trace=trace,
        references=tuple(references),
        attachments=tuple(attachments),
    ),
    values_of(shapes.DOCUMENT_HEADER),
    values_of(shapes.TRACE),
    st.lists(values_of(shapes.REFERENCE), max_size=2),
    st.lists(values_of(shapes.ATTACHMENT), max_size=2),
)


@pytest.mark.parametrize("name", JAVA_SAMPLES)
def test_java_sample_read_and_written_gives_the_same_bytes(sample, name):
    data = sample(name)
    assert write_message(read(data).message) == data


def test_dotnet_sample_read_and_written_gives_an_equal_document_in_the_java_dialect(document):
    found = document("dotnet_dialect_new")
    written = write_document(found)
    assert read(written).findings == ()
    assert read(written).message == found
    assert (
        b'<edXML:TraceHeaderList id="a1b2c3d4" version="1.0" mustUnderstand="1" actor=' in written
    )
    assert b'<edXML:Reference xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href=' in written


@given(DOCUMENTS)
@settings(max_examples=150)
def test_any_document_written_read_and_written_again_gives_the_same_bytes(found):
    written = write_document(found)
    root, findings = parse_tree(written)
    assert findings == []
    again, _ = read_message(root)
    assert again == found
    assert write_document(again) == written


@given(values_of(shapes.STATUS_HEADER))
@settings(max_examples=100)
def test_any_status_written_read_and_written_again_gives_the_same_bytes(found):
    written = write_status(found)
    root, findings = parse_tree(written)
    assert findings == []
    again, _ = read_message(root)
    assert again == found
    assert write_status(again) == written


@given(DOCUMENTS)
@settings(max_examples=50)
def test_any_written_document_fits_the_schema(found):
    codes = {finding.reason.code for finding in read(write_document(found)).findings}
    assert "F-SCHEMA" not in codes


def test_written_document_without_attachments_has_the_empty_element():
    assert write_document(Document()).endswith(b"  <AttachmentEncoded />\r\n</edXML>\r\n")


def test_written_base64_has_its_own_prefix_binding():
    found = Document(attachments=(Attachment(encoded="QUJD"),))
    assert (
        b'      <edXML:ContentTransferEncoded xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">'
        b"QUJD</edXML:ContentTransferEncoded>\r\n"
    ) in write_document(found)


def test_written_text_is_escaped_as_the_java_producer_does():
    found = Document(subject="a<b>&\"c'\r\nd")
    assert b"<edXML:Subject>a&lt;b&gt;&amp;\"c'&#xD;\r\nd</edXML:Subject>" in write_document(found)


@pytest.mark.parametrize("char", ["\x00", "\x0b", "\ufffe", "\ud800", "\x1f"])
def test_text_with_a_character_that_xml_cannot_carry_is_refused(char):
    with pytest.raises(InvalidInputError, match="U\\+"):
        write_document(Document(subject=f"a{char}b"))
    with pytest.raises(InvalidInputError, match="U\\+"):
        write_status(Status(code=StatusCode.DONE, from_=Organization(name=char)))


def test_attachment_text_that_is_no_base64_is_escaped_too():
    found = Document(attachments=(Attachment(encoded="<x>&"),))
    written = write_document(found)
    assert b"&lt;x&gt;&amp;" in written
    assert read(written).message == found
