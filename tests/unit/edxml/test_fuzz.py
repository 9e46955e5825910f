"""Whatever bytes come in, reading returns; it never raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axis.edxml.attachments import contents, pair_up
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.parse import Reading, read
from axis.edxml.values import Document, Message
from axis.edxml.write import write_message

SAMPLES = ["dotnet_dialect_new", "recall_no_attachment", "replace_thuongkhan", "status_13"]
FRAGMENTS = [
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<!--",
    b"<![CDATA[",
    b"<?",
    b"</edXML:To>",
    b"<edXML:To>",
    b"<edXML:Code>",
    b"<edXML:StatusCode>01</edXML:StatusCode>",
    b"<Attachment/>",
    b"&#x110000;",
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b' xmlns=""',
    b' xsi:type="Date"',
    b"2014/02/30",
    b"999999999999",
    "２".encode(),
]


def _judge(reading):
    assert isinstance(reading, Reading)
    assert len(reading.findings) <= MAX_FINDINGS
    for finding in reading.findings:
        assert finding.text_vi()
        assert finding.text_en()
        assert finding.to_json()["code"]
    assert reading.message is not None or reading.findings
    if isinstance(reading.message, Document):
        assert isinstance(pair_up(reading.message)[1], list)
        assert isinstance(contents(reading.message)[1], list)
    if reading.sound:
        assert isinstance(reading.message, Message)
        assert read(write_message(reading.message)).message == reading.message


@given(st.binary(max_size=300))
def test_random_bytes_never_raise(data):
    _judge(read(data))


@given(st.lists(st.sampled_from([*FRAGMENTS, b"<edXML:edXMLEnvelope>", b"a='b'", b" "])))
def test_random_markup_never_raises(fragments):
    head = b'<edXML xmlns="u" xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">'
    _judge(read(head + b"".join(fragments) + b"</edXML>"))


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
@settings(max_examples=120)
def test_mutated_samples_never_raise(sample, name, data):
    body = sample(name)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        stop = start + data.draw(st.integers(0, 40))
        piece = data.draw(st.binary(max_size=6) | st.sampled_from(FRAGMENTS))
        body = body[:start] + piece + body[stop:]
    _judge(read(body))


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
@settings(max_examples=60)
def test_samples_with_lines_moved_never_raise(sample, name, data):
    lines = sample(name).splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        source = data.draw(st.integers(0, len(lines) - 1))
        lines.insert(data.draw(st.integers(1, len(lines))), lines[source])
    _judge(read(b"\n".join(lines)))
