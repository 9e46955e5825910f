"""PDF files as agencies send them: signed, signed twice, and with what must not be in them."""

import io
from typing import Final

from asn1crypto import keys, x509
from pyhanko.pdf_utils.generic import TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore

from axis.trust.keys import SigningKey
from tests.vectors.recipes.files import PDF

PASSWORD: Final = "bí mật"
"""What opens the encrypted file; the axis does not know it."""


def pdf(catalog: str = "", page: str = "", *objects: str) -> bytes:
    """Return a PDF of one empty page, with more in its catalog and page; objects from 4 on."""
    numbered = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {page} >>",
        *objects,
    ]
    data, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(numbered, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = len(data)
    data += f"xref\n0 {len(numbered) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += f"trailer\n<< /Size {len(numbered) + 1} /Root 1 0 R >>\n".encode()
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % table)


def signed(data: bytes, key: SigningKey, field: str) -> bytes:
    """Return a PDF with one more signature, over all of it."""
    signer = SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate.der),
        signing_key=keys.PrivateKeyInfo.load(key.pkcs8),
        cert_registry=SimpleCertificateStore(),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    done = sign_pdf(writer, PdfSignatureMetadata(field_name=field), signer)
    return bytes(done.getvalue())


def changed(data: bytes) -> bytes:
    """Return a PDF with something added behind all that was there."""
    stream = io.BytesIO(data)
    writer = IncrementalPdfFileWriter(stream)
    writer.root["/Lang"] = TextStringObject("vi")
    writer.update_root()
    writer.write_in_place()
    return stream.getvalue()


def encrypted() -> bytes:
    """Return a PDF that nobody opens without its password."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(PDF)))
    writer.encrypt(owner_pass=PASSWORD, user_pass=PASSWORD)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()
