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
from pyhanko.sign.fields import MDPPerm
from pyhanko_certvalidator.registry import SimpleCertificateStore

from axis.local.pdf import assemble, make_pdf
from axis.trust.keys import HeldKey, SigningKey


def sign_pdf(
    data: bytes, key: SigningKey, field: str = "ChuKy1", *, permits: MDPPerm | None = None
) -> bytes:
    """Sign a PDF as signing software does: an incremental update with a detached CMS.

    With `permits` it is certified: only these changes are allowed from then on.
    """
    assert isinstance(key.source, HeldKey)
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate.der),
        signing_key=keys.PrivateKeyInfo.load(key.source.pkcs8),
        cert_registry=SimpleCertificateStore.from_certs(
            [x509.Certificate.load(authority.der) for authority in key.authorities]
        ),
    )
    out = io.BytesIO()
    signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(data)),
        signers.PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            certify=permits is not None,
            docmdp_permissions=permits or MDPPerm.FILL_FORMS,
        ),
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


def forge_revision(signed: bytes) -> bytes:
    """Replace the page of a signed PDF so that the lengths of signed bytes still fit the file.

    The signature is written again in an added revision, over the same bytes; its Contents stand in
    a literal string, padded until the signed lengths and twice the padding are the file's length.
    """
    reader = PdfFileReader(io.BytesIO(signed))
    field = reader.root["/AcroForm"]["/Fields"][0]
    number = field.raw_get("/V").reference.idnum
    signature = field["/V"]
    span = [int(part) for part in signature["/ByteRange"]]
    cms = bytes(signature.raw_get("/Contents"))
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    content = generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 700 Td (90 trieu) Tj ET")
    page.get_object()[pdf_name("/Contents")] = writer.add_object(content)
    writer.mark_update(page)
    changed = _written(writer)
    padded = len(cms)
    while True:
        forged = _with_object(changed, number, _literal_signature(signature, span, cms, padded))
        missing = len(forged) - (span[1] + span[3] + 2 * padded + 2)
        if missing <= 0:
            break
        padded += (missing + 1) // 2
    assert missing in (0, -1)
    # One byte too short: a line end in front of the last revision's does no harm.
    return forged + b"\n" * -missing


def _literal_signature(
    signature: generic.DictionaryObject, span: list[int], cms: bytes, length: int
) -> bytes:
    text = cms.ljust(length, b"\0").replace(b"\\", rb"\\").replace(b"\r", rb"\r")
    text = text.replace(b"(", rb"\(").replace(b")", rb"\)")
    kind = str(signature["/SubFilter"]).encode()
    numbers = b" ".join(b"%d" % part for part in span)
    return b"<< /Type /Sig /SubFilter %s /ByteRange [%s] /Contents (%s) >>" % (kind, numbers, text)


def _with_object(data: bytes, number: int, body: bytes) -> bytes:
    """Add a revision in which an object is another."""
    reader = PdfFileReader(io.BytesIO(data))
    added = b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return b"%s%sxref\n%d 1\n%010d 00000 n \ntrailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (
        data,
        added,
        number,
        len(data),
        b"<< /Size %d /Root %d 0 R /Prev %d >>"
        % (
            int(reader.trailer["/Size"]),
            reader.trailer.raw_get("/Root").reference.idnum,
            reader.last_startxref,
        ),
        len(data) + len(added),
    )


def with_page(content: bytes, *further: bytes, entries: bytes = b"", catalog: bytes = b"") -> bytes:
    """Return a PDF of one page: its packed operators, and objects numbered from 5 on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %s >>" % entries,
        stream(zlib.compress(content, 9), b"/Filter /FlateDecode"),
        *further,
    ]
    return assemble(objects)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Return the text of a stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def forms_of_forms(levels: int) -> bytes:
    """Return a PDF whose page shows a form ten times, that shows one ten times, and so on."""
    head = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"
    leads = [b"/Resources << /XObject << /X %d 0 R >> >>" % (6 + level) for level in range(levels)]
    forms = [stream(b"/X Do\n" * 10, head + lead) for lead in leads]
    entries = b"/Resources << /XObject << /X 5 0 R >> >>"
    return with_page(b"/X Do\n" * 10, *forms, stream(b"0 0 m 9 9 l S", head), entries=entries)


def form_that_shows_itself() -> bytes:
    """Return a PDF whose form finds itself under its own name in the page's resources."""
    head = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << >>"
    entries = b"/Resources << /XObject << /X 5 0 R >> >>"
    return with_page(b"/X Do", stream(b"/X Do\n" * 10, head), entries=entries)


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


def announcing(index: bytes, widths: bytes) -> bytes:
    """Return a PDF whose stream of references says that it holds this many, and is empty."""
    head = b"%PDF-1.7\n"
    entries = b"/Type /XRef /W %s /Size 9 /Index %s /Root 2 0 R" % (widths, index)
    body = stream(b"", entries)
    return head + b"1 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (body, len(head))


def _written(writer: PdfFileWriter | IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
