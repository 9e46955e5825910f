"""Agencies that write and seal messages with the keys of an installation's test PKI."""

import datetime
import itertools
from collections.abc import Sequence
from random import Random
from uuid import uuid4

from axis.clock import VIETNAM, system_clock
from axis.edxml.build import File, new_document, status_for
from axis.edxml.codes import Priority, StatusCode
from axis.edxml.values import Document
from axis.edxml.write import write_document, write_status
from axis.local.installation import Installation
from axis.local.pdf import make_pdf
from axis.trust.keys import SigningKey
from axis.trust.sign import sign


class Offices:
    """Writes documents and statuses for any agency of the demo registry."""

    def __init__(self, installation: Installation, seed: int = 0) -> None:
        self._pki = installation.pki
        self._keys: dict[str, SigningKey] = {}
        self._numbers = itertools.count(1)
        self._random = Random(seed)
        self._notation = f"THU-{uuid4().hex[:8]}"

    def letter(
        self,
        sender: str,
        receivers: Sequence[str],
        *,
        priority: Priority = Priority.NORMAL,
        size: int = 300,
        own_id: str | None = None,
    ) -> Document:
        """Return an unsigned document with one attached file of `size` random bytes."""
        number = next(self._numbers)
        now = system_clock()
        return new_document(
            sender=sender,
            receivers=receivers,
            number=number,
            notation=self._notation,
            date=_today(now),
            at=now,
            subject=f"V/v thử nghiệm số {number}",
            priority=priority,
            files=[
                File(
                    f"{number}.pdf",
                    make_pdf([f"Văn bản số {number}"], filling=self._random.randbytes(size)),
                )
            ],
            own_id=own_id,
        )

    def _pdf(self, number: int, size: int) -> bytes:
        return make_pdf([f"Văn bản số {number}"], filling=self._random.randbytes(size))

    def seal(self, document: Document, *, by: str | None = None) -> bytes:
        """Return the bytes of a document, sealed by its sender or by another agency."""
        return sign(write_document(document), self.key(by or document.sender))

    def status(
        self,
        document: Document,
        code: StatusCode,
        reporter: str,
        *,
        addressee: str | None = None,
        description: str = "",
    ) -> bytes:
        """Return a receiver's sealed status about a document, or its sender's to an addressee."""
        status = status_for(
            document,
            code,
            reporter=reporter,
            at=system_clock(),
            addressee=addressee,
            description=description,
        )
        return sign(write_status(status), self.key(reporter))

    def key(self, code: str) -> SigningKey:
        """Return an agency's seal."""
        if code not in self._keys:
            self._keys[code] = self._pki.seal(code).load()
        return self._keys[code]


def _today(now: datetime.datetime) -> datetime.date:
    return now.astimezone(VIETNAM).date()
