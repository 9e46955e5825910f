"""Holds the quick engine to the verifier of record."""

import dataclasses
from datetime import datetime

from lxml import etree

from axis.trust.policy import SignaturePolicy
from axis.trust.verify import SignatureVerdict, verify


def judged_alike(body: bytes, policy: SignaturePolicy, at: datetime) -> SignatureVerdict:
    """Return what signxml says of a document, after the quick engine's check said the same.

    The same outcome for the same reasons, the same signer, the same content to be believed.
    """
    record = verify(body, dataclasses.replace(policy, quick=False), at)
    quick = verify(body, dataclasses.replace(policy, quick=True), at)
    assert quick.verdict == record.verdict, (quick.verdict, record.verdict)
    assert quick.certificate == record.certificate
    assert _content(quick) == _content(record)
    return record


def _content(verdict: SignatureVerdict) -> bytes | None:
    return None if verdict.signed is None else etree.tostring(verdict.signed, method="c14n")
