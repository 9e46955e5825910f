"""The schema: which elements stand where, and that it fails loudly when it cannot be used."""

import threading

import pytest
from lxml import etree

from axis.edxml import schema, shapes
from axis.edxml.parse import read
from axis.edxml.shape import Leaf, Listing, Part
from axis.edxml.xml import NAMESPACE
from axis.errors import ConfigurationError

SHAPES = {
    "MessageHeader/From": shapes.ORGANIZATION,
    "MessageHeader/Code": shapes.CODE,
    "MessageHeader/PromulgationInfo": shapes.PROMULGATION,
    "MessageHeader/DocumentType": shapes.DOCUMENT_TYPE,
    "MessageHeader/SignerInfo": shapes.SIGNER,
    "MessageHeader/OtherInfo": shapes.OTHER,
    "MessageHeader/ResponseFor": shapes.RESPONSE_FOR,
    "MessageHeader": shapes.DOCUMENT_HEADER,
    "TraceHeaderList": shapes.TRACE,
    "TraceHeaderList/TraceHeader": shapes.TRACE_HEADER,
    "TraceHeaderList/Bussiness": shapes.BUSINESS,
    "TraceHeaderList/Bussiness/StaffInfo": shapes.STAFF,
    "TraceHeaderList/Bussiness/BussinessDocumentInfo": shapes.UPDATE,
    "TraceHeaderList/Bussiness/BussinessDocumentInfo/ReceiverList/Receiver": (
        shapes.RECEIVER_CHANGE
    ),
    "TraceHeaderList/Bussiness/ReplacementInfoList/ReplacementInfo": shapes.REPLACEMENT,
}
SINGLE = [
    (path, slot.name)
    for path, shape in SHAPES.items()
    for slot in shape.slots
    if isinstance(slot, Leaf | Part) or (isinstance(slot, Listing) and not slot.repeatable)
]


def _message(path, *children):
    """A document with nothing but some children at a path below the header."""
    names = ("edXML", "edXMLEnvelope", "edXMLHeader", *path.split("/"))
    root = etree.Element(f"{{{NAMESPACE}}}{names[0]}", nsmap={None: NAMESPACE})
    parent = root
    for name in names[1:]:
        parent = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    for child in children:
        etree.SubElement(parent, f"{{{NAMESPACE}}}{child}")
    if not path.startswith("MessageHeader"):
        header = root.find(f".//{{{NAMESPACE}}}edXMLHeader")
        etree.SubElement(header, f"{{{NAMESPACE}}}MessageHeader")
    return etree.tostring(root)


def _structure(data):
    return [found for found in read(data).findings if found.reason.code == "F-SCHEMA"]


@pytest.mark.parametrize(("path", "name"), SINGLE)
def test_single_element_given_once_is_accepted(path, name):
    assert _structure(_message(path, name)) == []


@pytest.mark.parametrize(("path", "name"), SINGLE)
def test_single_element_given_twice_is_refused_once_at_its_place(path, name):
    (finding,) = _structure(_message(path, name, name))
    assert finding.place == f"/edXML/edXMLEnvelope/edXMLHeader/{path}/{name}[2]"


@pytest.mark.parametrize("path", SHAPES)
@pytest.mark.parametrize("name", ["Prioirty", "edXML", "Attachment"])
def test_unknown_or_misplaced_element_is_refused_at_its_place(path, name):
    (finding,) = _structure(_message(path, name))
    assert finding.place == f"/edXML/edXMLEnvelope/edXMLHeader/{path}/{name}"
    assert finding.line == 1
    assert name in finding.facts["detail"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<edXML:MessageHeader>", b"<edXML:MessageHeader>text"),
        (b"<edXML:Subject>", b"<edXML:Subject lang='vi'>"),
        (b"<edXML:From>", b"<edXML:From><x xmlns='urn:other'/>"),
        (b"<edXML:Subject>", b"<edXML:Subject><b/>"),
        (b"<edXML xmlns=", b"<edXML lang='vi' xmlns="),
        (b"<AttachmentEncoded />", b"<AttachmentEncoded><edXML xmlns='u'/></AttachmentEncoded>"),
    ],
)
def test_stray_text_attribute_or_foreign_element_is_refused(sample, old, new):
    (finding,) = _structure(sample("recall_no_attachment").replace(old, new))
    assert finding.line


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("edXMLEnvelope", "/edXML/edXMLEnvelope[2]"),
        ("AttachmentEncoded", "/edXML/AttachmentEncoded[2]"),
    ],
)
def test_second_envelope_or_list_of_files_is_refused(sample, name, place):
    extra = f"<{name}/></edXML>".encode()
    (finding,) = _structure(sample("recall_no_attachment").replace(b"</edXML>", extra))
    assert finding.place == place


def test_schema_findings_are_bounded():
    wrong = b"<To><x/></To>" * 500
    head = f'<edXML xmlns="{NAMESPACE}"><edXMLEnvelope><edXMLHeader><MessageHeader>'.encode()
    tail = b"</MessageHeader></edXMLHeader></edXMLEnvelope></edXML>"
    assert len(schema.validate(etree.fromstring(head + wrong + tail))) == 100


def test_fields_of_a_status_in_a_document_are_refused(sample):
    extra = b"<edXML:StatusCode>01</edXML:StatusCode><edXML:Subject>"
    data = sample("recall_no_attachment").replace(b"<edXML:Subject>", extra)
    (finding,) = _structure(data)
    assert finding.place.endswith("/MessageHeader/StatusCode")


def test_fields_or_attachments_of_a_document_in_a_status_are_refused(sample):
    data = sample("status_01").replace(
        b"<edXML:StatusCode>", b"<edXML:Subject>x</edXML:Subject><edXML:StatusCode>"
    )
    data = data.replace(
        b"</edXML>", b"<AttachmentEncoded><Attachment/></AttachmentEncoded></edXML>"
    )
    places = [finding.place for finding in _structure(data)]
    assert places == [
        "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/Subject",
        "/edXML/AttachmentEncoded/Attachment",
    ]


def test_value_that_breaks_a_simple_type_is_named_once_with_its_value(sample):
    data = sample("recall_no_attachment").replace(b"<edXML:Priority>0", b"<edXML:Priority>9")
    (finding,) = read(data).findings
    assert finding.reason.code == "F-BAD-VALUE"
    assert finding.facts["value"] == "9"


def test_signature_outside_the_header_is_left_to_the_signature_check(sample):
    signature = b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></edXML>'
    assert _structure(sample("status_01").replace(b"</edXML>", signature)) == []


def test_validation_in_several_threads_keeps_findings_apart(sample):
    good = sample("recall_no_attachment")
    bad = good.replace(b"<edXML:Paper>0</edXML:Paper>", b"<edXML:Papr/>")
    counts = {good: set(), bad: set()}

    def work():
        for data in (good, bad) * 100:
            counts[data].add(len(_structure(data)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == {good: {0}, bad: {1}}


@pytest.mark.parametrize(
    "text",
    [
        None,
        "<xs:schema",
        "<a/>",
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element type="none"/>'
        "</xs:schema>",
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        '<xs:import namespace="urn:x" schemaLocation="missing.xsd"/></xs:schema>',
    ],
)
def test_schema_that_cannot_be_used_stops_the_start(monkeypatch, tmp_path, text):
    monkeypatch.setattr(schema, "files", lambda package: tmp_path)
    (tmp_path / "schemas").mkdir()
    if text is not None:
        (tmp_path / "schemas" / "edxml.xsd").write_text(text)
    with pytest.raises(ConfigurationError, match=r"edxml\.xsd"):
        schema.compile_schema.__wrapped__()


def test_schema_is_compiled_once_a_process():
    assert schema.compile_schema() is schema.compile_schema()


@pytest.mark.parametrize("letters", [1, 2, 3])
def test_long_name_that_libxml2_cuts_off_within_a_letter_is_refused_with_its_line(letters):
    name = "e:" + "T" * letters + "đ" * 60
    data = f'<e:edXML xmlns:e="{NAMESPACE}">\n<{name}/></e:edXML>'.encode()
    finding = read(data).findings[0]
    assert (finding.reason.code, finding.line) == ("F-SCHEMA", 2)
