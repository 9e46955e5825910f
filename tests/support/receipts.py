"""What everyone can check about a receipt: its schema, its signature, its contents."""

from functools import cache
from pathlib import Path

from lxml import etree

from axis.clock import system_clock
from axis.evidence.receipt import Receipt
from axis.evidence.xml import read_receipt
from axis.local.installation import Installation
from axis.trust.profiles import RECEIPTS
from axis.trust.verify import verify

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def proven(body: bytes, installation: Installation) -> Receipt:
    """Return a receipt's contents after its schema and its signature were found in order."""
    receipt_schema().assertValid(etree.fromstring(body))
    found = verify(body, installation.pki.policy(RECEIPTS), system_clock())
    assert found.passed, found.verdict
    assert found.certificate == installation.pki.receipts.certificate
    assert found.signed is not None
    return read_receipt(found.signed)


@cache
def receipt_schema() -> etree.XMLSchema:
    """Return the schema of receipts, which names that of signatures beside it."""
    return etree.XMLSchema(etree.parse(SCHEMAS / "receipt.xsd"))
