"""Meaning does not depend on child order, prefixes, white space, comments or CDATA."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from axis.edxml.parse import read
from axis.edxml.xml import NAMESPACE

SAMPLES = [
    "recall_no_attachment",
    "update_add_remove_receiver",
    "replace_thuongkhan",
    "reply_two_responsefor_khan",
    "dotnet_dialect_new",
    "status_02",
]


def _shuffled(root, random):
    """Shuffle the children of every element, keeping the order of those of one name."""
    for element in root.iter():
        children = list(element)
        names = [child.tag for child in children]
        random.shuffle(names)
        queues = {name: iter([c for c in children if c.tag == name]) for name in set(names)}
        element[:] = [next(queues[name]) for name in names]
    return etree.tostring(root, encoding="UTF-8")


def _copied(element, prefix):
    copy = etree.Element(element.tag, element.attrib, nsmap={prefix: NAMESPACE})
    copy.text = element.text
    copy.extend(_copied(child, prefix) for child in element)
    return copy


@pytest.mark.parametrize("name", SAMPLES)
@given(random=st.randoms())
@settings(max_examples=15)
def test_children_in_any_order_give_the_same_message(sample, name, random):
    expected = read(sample(name))
    found = read(_shuffled(etree.fromstring(sample(name)), random))
    assert found.findings == ()
    assert found.message == expected.message


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("prefix", [None, "edXML", "ns2", "xmlx"])
def test_any_prefix_gives_the_same_message(sample, name, prefix):
    renamed = etree.tostring(_copied(etree.fromstring(sample(name)), prefix), encoding="UTF-8")
    found = read(renamed)
    assert found.findings == ()
    assert found.message == read(sample(name)).message


def test_comments_between_elements_are_no_part_of_the_message(sample, document):
    data = sample("recall_no_attachment").replace(b"<edXML:From>", b"<!-- x --><edXML:From>")
    found = read(data.replace(b"<edXML ", b"<!-- x --><edXML ", 1))
    assert found.findings == ()
    assert found.message == document("recall_no_attachment")


def test_cdata_and_character_references_read_as_text(sample, document):
    data = sample("recall_no_attachment")
    for spelling in (b"><![CDATA[G22]]><", b">\n<![CDATA[G22]]>\n<", b">G2&#50;<"):
        assert read(data.replace(b">G22<", spelling)).message == document("recall_no_attachment")


def test_white_space_around_a_text_is_ignored(sample, document):
    data = sample("recall_no_attachment").replace(b">G22<", b">\n\t G22 \r\n<")
    assert read(data).message == document("recall_no_attachment")


def test_byte_order_mark_of_utf8_is_accepted(sample, document):
    data = b"\xef\xbb\xbf" + sample("recall_no_attachment")
    assert read(data).message == document("recall_no_attachment")


def test_message_without_a_declaration_is_utf8(sample, document):
    data = sample("recall_no_attachment").partition(b"?>")[2].lstrip()
    assert read(data).message == document("recall_no_attachment")


def test_header_without_a_trace_is_a_new_document(sample):
    root = etree.fromstring(sample("new_single_pdf"))
    trace = root.find(f".//{{{NAMESPACE}}}TraceHeaderList")
    trace.getparent().remove(trace)
    found = read(etree.tostring(root))
    assert found.findings == ()
    assert found.message.kind.label == "new"
    assert found.message.business is None


@pytest.mark.parametrize("name", ["DueDate", "Priority", "Mobile", "Type", "OrganAdd", "Timestamp"])
def test_empty_element_reads_as_absent(sample, name):
    root = etree.fromstring(sample("new_single_pdf"))
    without = etree.fromstring(sample("new_single_pdf"))
    for element in list(root.iter(f"{{{NAMESPACE}}}{name}")):
        element.text = ""
    for element in list(without.iter(f"{{{NAMESPACE}}}{name}")):
        element.getparent().remove(element)
    found = read(etree.tostring(root))
    assert found.findings == ()
    assert found.message == read(etree.tostring(without)).message


@pytest.mark.parametrize("inside", [b"", b"<edXML:Dummy a='1'>x</edXML:Dummy>"])
@pytest.mark.parametrize("name", [b"Signature", b"DigitalSignature"])
def test_signature_placeholder_in_the_header_says_nothing(sample, document, name, inside):
    placeholder = b"<edXML:%s>%s</edXML:%s>" % (name, inside, name)
    end = b"</edXML:edXMLHeader>"
    data = sample("recall_no_attachment").replace(end, placeholder + end)
    found = read(data)
    assert found.findings == ()
    assert found.message == document("recall_no_attachment")


def test_real_signature_in_the_header_fits_the_schema(sample, document):
    signature = (
        b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/>'
        b"<ds:SignatureValue>QUJD</ds:SignatureValue></ds:Signature>"
    )
    end = b"</edXML:edXMLHeader>"
    found = read(sample("recall_no_attachment").replace(end, signature + end))
    assert found.findings == ()
    assert found.message == document("recall_no_attachment")


def test_several_lists_of_replacements_read_as_one(sample):
    data = sample("replace_thuongkhan")
    start = data.index(b"<edXML:ReplacementInfoList>")
    stop = data.index(b"</edXML:ReplacementInfoList>") + len(b"</edXML:ReplacementInfoList>")
    again = data[start:stop].replace(b"101/VPCP", b"99/VPCP")
    found = read(data[:stop] + again + data[stop:])
    assert found.findings == ()
    assert found.message.target_document_ids == (
        "G22,2025/10/01,101/VPCP-KSTT",
        "G22,2025/10/01,99/VPCP-KSTT",
    )
