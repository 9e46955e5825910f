"""Real PDF files for tests: signed by pyHanko with keys of a test PKI, spoilt in one way each."""

import io
import zlib

from asn1crypto import keys, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import StandardSecurityHandler
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from axis.local.pdf import make_pdf
from axis.trust.keys import SigningKey


def sign_pdf(data: bytes, key: SigningKey, field: str = "ChuKy1") -> bytes:
    """Sign a PDF as signing software does: an incremental update with a detached CMS."""
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate.der),
        signing_key=keys.PrivateKeyInfo.load(key.pkcs8),
        cert_registry=SimpleCertificateStore.from_certs(
            [x509.Certificate.load(authority.der) for authority in key.authorities]
        ),
    )
    out = io.BytesIO()
    signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(data)),
        signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256"),
        signer=signer,
        output=out,
    )
    return out.getvalue()


def alter_signed(signed: bytes) -> bytes:
    """Change a letter that the signature covers, as a forger would."""
    changed = signed.replace(b"10 trieu", b"90 trieu", 1)
    assert changed != signed
    return changed


def add_page(data: bytes) -> bytes:
    """Add a page after the last signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    content = generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 700 Td (them) Tj ET")
    page = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
            pdf_name("/Contents"): writer.add_object(content),
        }
    )
    writer.insert_page(page)
    return _written(writer)


def with_catalog(**entries: generic.PdfObject) -> bytes:
    """Return a PDF whose catalog has further entries."""
    writer = IncrementalPdfFileWriter(io.BytesIO(make_pdf(["Noi dung"])))
    for name, value in entries.items():
        writer.root[pdf_name(f"/{name}")] = value
    writer.update_root()
    return _written(writer)


def with_annotation(**entries: generic.PdfObject) -> bytes:
    """Return a PDF whose page has an annotation with these entries."""
    writer = IncrementalPdfFileWriter(io.BytesIO(make_pdf(["Noi dung"])))
    annotation = dictionary(
        Type=pdf_name("/Annot"),
        Rect=generic.ArrayObject(map(generic.NumberObject, (0, 0, 10, 10))),
        **entries,
    )
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    page.get_object()[pdf_name("/Annots")] = generic.ArrayObject([writer.add_object(annotation)])
    writer.mark_update(page)
    return _written(writer)


def dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    """Return a dictionary whose names are written without their slash."""
    return generic.DictionaryObject({pdf_name(f"/{name}"): it for name, it in entries.items()})


def action(kind: str, **entries: generic.PdfObject) -> generic.DictionaryObject:
    """Return an action of a kind."""
    return dictionary(S=pdf_name(f"/{kind}"), **entries)


def script() -> generic.DictionaryObject:
    """Return an action that runs JavaScript."""
    return action("JavaScript", JS=pdf_string("app.alert(1)"))


def packed(data: bytes) -> bytes:
    """Return a PDF with its objects in object streams, as modern programs write it."""
    writer: PdfFileWriter = copy_into_new_writer(PdfFileReader(io.BytesIO(data)))
    writer.stream_xrefs = True
    stream = writer.prepare_object_stream()
    for key, value in list(writer.objects.items()):
        if not isinstance(value, generic.StreamObject):
            writer.objs_in_streams[key[1]] = value
            del writer.objects[key]
            stream.add_object(key[1], value)
    return _written(writer)


def encrypted(user: str, owner: str) -> bytes:
    """Return a PDF encrypted with a password to open it and one to change it."""
    writer = PdfFileWriter()
    reader = PdfFileReader(io.BytesIO(make_pdf(["Noi dung"])))
    writer = copy_into_new_writer(reader)
    identifier = generic.ByteStringObject(b"0" * 16)
    handler = StandardSecurityHandler.build_from_pw(owner, user)
    writer._assign_security_handler(handler)
    writer._document_id = generic.ArrayObject([identifier, identifier])
    return _written(writer)


def bomb(decoded_bytes: int) -> bytes:
    """Return a PDF whose references are in a stream that unpacks to this many bytes."""
    block = zlib.compressobj(9)
    content = bytearray()
    zeros = bytes(1 << 20)
    for _ in range(decoded_bytes >> 20):
        content += block.compress(zeros)
    content += block.flush()
    head = b"%PDF-1.7\n"
    stream = (
        b"1 0 obj\n<< /Type /XRef /W [1 4 2] /Size %d /Index [0 %d] /Root 2 0 R"
        b" /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n"
    ) % (decoded_bytes // 7, decoded_bytes // 7, len(content), bytes(content))
    return head + stream + b"startxref\n%d\n%%%%EOF\n" % len(head)


def _written(writer: PdfFileWriter | IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
