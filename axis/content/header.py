"""Secrecy markings in what the message itself says about the document."""

from collections.abc import Iterator

from axis.content.secrecy import marking_of_field
from axis.edxml.values import Document
from axis.reasons import Reason
from axis.verdict import Finding

_HEADER = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader"


def markings_of_header(document: Document) -> Iterator[Finding]:
    """Return a finding for each field that bears a marking (dấu chỉ độ mật)."""
    for place, where, text in (
        ("Subject", "Trích yếu (Subject)", document.subject),
        ("Content", "Nội dung (Content)", document.content),
        ("DocumentType/TypeName", "Loại văn bản (TypeName)", document.type.name),
        ("Code/CodeNotation", "Ký hiệu (CodeNotation)", document.code.notation),
    ):
        if marking := marking_of_field(text):
            facts = {"where": where, "marking": marking}
            yield Finding(Reason.SECRECY_MARKING, f"{_HEADER}/{place}", facts=facts)
