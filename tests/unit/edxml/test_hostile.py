"""Bytes that mean harm, or came to harm: each gets its finding, none an exception."""

import time

import pytest

from axis.edxml.limits import (
    MAX_ATTACHMENTS,
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_DOCUMENT_BYTES,
    MAX_EQUALS,
    MAX_MARKUP,
    MAX_NAMESPACES,
    MAX_RECEIVERS,
    MAX_REPEATS,
)
from axis.edxml.parse import read
from axis.edxml.values import Attachment, Document, Organization, Reference, TraceHeader
from axis.edxml.values import TraceHeaderList as Trace
from axis.edxml.write import write_document
from axis.edxml.xml import NAMESPACE

ROOT = f'<edXML xmlns="{NAMESPACE}">'.encode()
END = b"</edXML>"


def _laughs():
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    return f"<!DOCTYPE edXML [{entities}]>".encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"not xml",
        b"<",
        b"<edXML",
        b"\x00",
        b"junk<?xml version='1.0'?><edXML/>",
        b"\n<?xml version='1.0'?><edXML/>",
        b"{}",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"<a></b>",
        b"<a/><b/>",
        b"<a>\xff</a>",
        b"<a>&undefined;</a>",
        b"<a b=1/>",
        b"<a b='1' b='2'/>",
        b"<a>&#0;</a>",
        b"<a>\x0b</a>",
        b"<x:a/>",
        "<edXML/>".encode("utf-16"),
        "<edXML/>".encode("utf-16-le"),
        "<edXML/>".encode("utf-32"),
        b"<?xml version='1.0' encoding='UTF-16'?><edXML/>",
        b"<?xml version='1.0' encoding='ISO-8859-1'?><edXML/>",
        b"<?xml version='1.0' encoding='UTF-7'?><edXML/>",
        b"<?xml version='1.0' encoding='no-such-thing'?><edXML/>",
        b"<?xml version='1.0'" + b" " * 300 + b"encoding='UTF-7'?><edXML/>",
        b"\xef\xbb\xbf<?xml version='1.0' encoding='windows-1258'?><edXML/>",
        b"<?xml version='1.0'?>",
        b"<!-- only a comment -->",
    ],
)
def test_bytes_that_are_not_utf8_xml_are_refused_as_not_xml(codes_of, data):
    assert codes_of(data) == ["F-NOT-XML"]


def test_every_truncation_of_a_sample_is_refused_as_not_xml(sample, codes_of):
    data = sample("recall_no_attachment").rstrip()
    for length in range(0, len(data), 97):
        assert codes_of(data[:length]) == ["F-NOT-XML"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</edXML:Subject>", b"</edXML:Content>"),
        (b"<edXML:Place>", b"<edXML:Place x:a='1'>"),
        (b"<edXML:Reference xmlns:xlink=", b"<edXML:Reference xmlns:other="),
        (b">G22<", b">G\x0022<"),
    ],
)
def test_trap_of_the_field_is_refused_as_not_xml_with_its_line(sample, old, new):
    reading = read(sample("dotnet_dialect_new").replace(old, new))
    (finding,) = reading.findings
    assert finding.reason.code == "F-NOT-XML"
    assert reading.message is None
    assert finding.facts["detail"]
    assert finding.line is None or finding.line > 1


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE edXML>" + ROOT + END,
        b'<!DOCTYPE edXML SYSTEM "http://127.0.0.1:1/x.dtd">' + ROOT + END,
        b'<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ROOT + b"&x;" + END,
        b'<!DOCTYPE e [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>' + ROOT + END,
        _laughs() + ROOT + b"&a9;" + END,
        _laughs() + b'<edXML a="&a9;"/>',
    ],
)
def test_dtd_or_entities_are_refused_before_anything_is_expanded(codes_of, data):
    started = time.process_time()
    assert codes_of(data) == ["F-DTD"]
    assert time.process_time() - started < 1


def test_billion_laughs_in_a_message_over_ten_megabytes_is_refused(codes_of):
    padding = b"<!-- " + b"x" * 11_000_000 + b" -->"
    assert codes_of(_laughs() + padding + b'<edXML a="&a9;"/>') == ["F-DTD"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<edXML/>", "edXML"),
        (b"<html/>", "html"),
        (b'<edXML xmlns="http://www.e-doc.vn/Schema/"/>', "{http://www.e-doc.vn/Schema/}edXML"),
        (f'<edXMLEnvelope xmlns="{NAMESPACE}"/>'.encode(), f"{{{NAMESPACE}}}edXMLEnvelope"),
        (f'<wrap><edXML xmlns="{NAMESPACE}"/></wrap>'.encode(), "wrap"),
    ],
)
def test_other_root_or_namespace_is_refused_by_its_name(data, found):
    (finding,) = read(data).findings
    assert finding.reason.code == "F-WRONG-ROOT"
    assert finding.facts["found"] == found


def test_processing_instruction_inside_the_message_is_refused(sample, codes_of):
    data = sample("recall_no_attachment").replace(b">G22<", b">G<?x y?>22<")
    assert codes_of(data) == ["F-SCHEMA"]


@pytest.mark.parametrize(
    "split",
    [
        b">G2<!-- -->2<",
        b"><!-- -->G22<",
        b">G22<!-- --><",
        b">G2<![CDATA[2]]><",
        b"><![CDATA[G2]]>&#50;<",
        b"><![CDATA[G2]]><![CDATA[2]]><",
        b"><![CDATA[G22]]><!-- --><",
    ],
)
def test_value_that_no_two_readers_need_read_alike_is_refused_at_its_place(sample, split):
    data = sample("recall_no_attachment").replace(b">G22<", split)
    (finding,) = read(data).findings
    assert finding.reason.code == "F-SCHEMA"
    assert finding.place.endswith("/From/OrganId")
    assert finding.line is not None


def test_message_over_the_size_limit_is_refused_with_both_sizes():
    data = ROOT + END
    (finding,) = read(data, max_bytes=len(data) - 1).findings
    assert finding.reason.code == "F-TOO-LARGE"
    assert finding.facts == {"size": len(data), "limit": len(data) - 1}
    assert MAX_DOCUMENT_BYTES > 50 * 2**20 * 4 / 3


@pytest.mark.parametrize("depth", [MAX_DEPTH, 300, 3_000, 25_000])
def test_nesting_that_is_too_deep_is_refused(codes_of, depth):
    data = ROOT + b"<a>" * depth + b"</a>" * depth + END
    assert codes_of(data) in (["F-TOO-COMPLEX"], ["F-NOT-XML"])


@pytest.mark.parametrize(
    "inside",
    [
        b"<a/>" * (MAX_MARKUP + 1),
        b"=" * (MAX_EQUALS + 1),
        b"<a " + b" ".join(b"a%d=''" % n for n in range(MAX_ATTRIBUTES + 1)) + b"/>",
        b"<a " + b" ".join(b"a%d=''" % n for n in range(MAX_EQUALS)) + b"/>",
        b"<a " + b" ".join(b"xmlns:a%d='u:%d'" % (n, n) for n in range(MAX_NAMESPACES)) + b"/>",
    ],
)
def test_too_much_markup_is_refused_before_it_costs_anything(codes_of, inside):
    started = time.process_time()
    assert codes_of(ROOT + inside + END) == ["F-TOO-COMPLEX"]
    assert time.process_time() - started < 1


def test_namespaces_spread_over_nested_elements_are_counted_together(codes_of):
    opened = b"".join(b"<a xmlns:a%d='u:%d'>" % (n, n) for n in range(MAX_NAMESPACES))
    data = ROOT + opened + b"</a>" * MAX_NAMESPACES + END
    assert codes_of(data) == ["F-TOO-COMPLEX"]


def test_attachment_text_of_twelve_megabytes_reads():
    text = "QUJD" * 3_000_000
    found = Document(attachments=(Attachment(name="a", encoded=text),))
    reading = read(write_document(found))
    assert reading.message == found


def test_too_many_receivers_are_refused_and_cut_off():
    to = (Organization(organ_id="G22"),) * (MAX_RECEIVERS + 1)
    reading = read(write_document(Document(to=to)))
    (finding,) = (f for f in reading.findings if f.reason.code == "A-TOO-MANY-RECEIVERS")
    assert finding.facts == {"count": MAX_RECEIVERS + 1, "limit": MAX_RECEIVERS}
    assert len(reading.message.receivers) == MAX_RECEIVERS


@pytest.mark.parametrize(
    "found",
    [
        Document(references=(Reference(name="a"),) * (MAX_ATTACHMENTS + 1)),
        Document(attachments=(Attachment(name="a"),) * (MAX_ATTACHMENTS + 1)),
        Document(to_places=("a",) * (MAX_REPEATS + 1)),
        Document(trace=Trace(headers=(TraceHeader(organ_id="G22"),) * (MAX_REPEATS + 1))),
    ],
)
def test_too_many_of_anything_else_are_refused_as_too_complex(codes_of, found):
    assert "F-TOO-COMPLEX" in codes_of(write_document(found))


def test_findings_about_one_message_are_bounded(codes_of):
    to = (Organization(name="?"),) * MAX_RECEIVERS
    assert len(codes_of(write_document(Document(to=to)))) == 100


def test_names_that_would_be_xpath_do_no_harm(codes_of):
    data = ROOT + "<đ.-_>x</đ.-_>".encode() + b"<a.b/>" + END
    assert set(codes_of(data)) == {"F-SCHEMA", "F-MISSING-FIELD"}
