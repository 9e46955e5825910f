"""Judges the files of one document one after the other, those in archives included."""

import hashlib
import zipfile
from typing import Final

from axis.content.compound import COMPOUND_MAGIC, look_through_compound
from axis.content.findings import Look, Subject
from axis.content.kinds import (
    EXECUTABLE_EXTENSIONS,
    KNOWN_EXTENSIONS,
    OFFICE_EXTENSIONS,
    PDF,
    TEXT,
    UNKNOWN,
    XML,
    ZIP,
    kind_of_binary,
    word_of_active_text,
    word_of_binary,
)
from axis.content.markup import MAX_XML_BYTES, look_through_xml
from axis.content.names import fault_of_name, fault_of_path, shown
from axis.content.ooxml import is_ooxml, look_through_ooxml
from axis.content.opendocument import is_opendocument, look_through_opendocument
from axis.content.pdf import look_through_pdf
from axis.content.policy import ContentPolicy
from axis.content.scanner import Scanner, ScannerAwayError, UnscannableError
from axis.content.secrecy import marking_of_field, marking_of_text
from axis.content.text import start_of_text
from axis.edxml.archives import (
    EMPTY_ZIP_MAGIC,
    ZIP_MAGIC,
    ArchiveError,
    Budget,
    open_archive,
    read_entry,
)
from axis.edxml.attachments import Pair, disk_name
from axis.edxml.base64text import decode
from axis.edxml.files import OCTETS, extension_of, wrapped_entry
from axis.edxml.limits import MAX_ARCHIVE_ENTRIES, MAX_ATTACHMENTS
from axis.reasons import Reason, Severity
from axis.verdict import FileFacts, Finding

MAX_ZIP_LEVELS: Final = 2
"""An archive, and archives in it. The one that wraps a file for the journey does not count."""

MAX_FILE_FACTS: Final = MAX_ATTACHMENTS + MAX_ARCHIVE_ENTRIES
"""Files of which facts are kept: all that the limits let through."""

_NO_PDF: Final = "không có «%PDF-» · no PDF header"
_NO_OFFICE: Final = "không có cấu trúc Office · no office structure"
_NO_ZIP: Final = "không có «PK» · no ZIP header"


class Examiner:
    """Collects findings and facts about a document's files; each is dropped when it is judged."""

    def __init__(self, policy: ContentPolicy, scanner: Scanner | None) -> None:
        self.findings: list[Finding] = []
        self.files: list[FileFacts] = []
        self._policy = policy
        self._scanner = scanner
        self._budget = Budget(policy.max_unpacked_bytes)

    def attachment(self, pair: Pair) -> None:
        """Judge an attached file by its name, its description and its bytes."""
        subject = Subject(pair.name, pair.place)
        if fault := fault_of_name(pair.name):
            self._say(subject.finding(Reason.BAD_NAME, detail=fault))
        for text in (_stem(pair.name), pair.attachment.description, pair.reference.description):
            self._mark(subject, marking_of_field(text))
        says_zip = ZIP.media_type in (pair.attachment.content_type, pair.attachment.mime_type)
        # Handed over and not held here, so that the packed bytes go when they are unpacked.
        self._open(_decoded(pair.attachment.encoded), subject, says_zip=says_zip)

    def _open(self, data: bytes | None, subject: Subject, *, says_zip: bool) -> None:
        """Take a file out of its wrapping archive, if it has one, and judge it."""
        if data is None:
            self._say(subject.finding(Reason.BAD_BASE64))
            return
        try:
            archive = self._archive(data)
            entry = None if archive is None else wrapped_entry(archive, subject.name)
            if archive is None:
                self._budget.take_bytes(len(data))
            elif entry is not None:
                if fault := _fault_of_entry(entry):
                    self._say(subject.finding(Reason.BAD_NAME, detail=fault))
                data = read_entry(archive, entry, self._budget)
                archive = self._archive(data)
        except ArchiveError as error:
            self._say(_archive_finding(error, subject))
            return
        self._judge(data, archive, subject, level=1, says_zip=says_zip)

    def _archive(self, data: bytes) -> zipfile.ZipFile | None:
        if data.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
            return open_archive(data, self._budget)
        return None

    def _judge(
        self,
        data: bytes,
        archive: zipfile.ZipFile | None,
        subject: Subject,
        *,
        level: int,
        says_zip: bool = False,
    ) -> None:
        self._scan(data, subject)
        extension = extension_of(subject.name)
        look = self._look(data, archive, subject, level)
        if look is None:
            look = Look(None, [_unknown(data, extension, subject, says_zip=says_zip)])
        self.findings += look.findings
        self._name_type(look, extension, subject)
        self._mark(subject, marking_of_text(look.text))
        if len(self.files) < MAX_FILE_FACTS:
            self.files.append(
                FileFacts(
                    name=shown(subject.name),
                    media_type=OCTETS if look.kind is None else look.kind.media_type,
                    size=len(data),
                    sha256=hashlib.sha256(data).hexdigest(),
                    signatures=look.signatures,
                )
            )
        if look.kind is ZIP and archive is not None and extension not in EXECUTABLE_EXTENSIONS:
            self._entries(archive, subject, level)

    def _name_type(self, look: Look, extension: str, subject: Subject) -> None:
        """Hold the name's extension against what the file is."""
        if extension in EXECUTABLE_EXTENSIONS:
            if not any(found.reason is Reason.TYPE_NOT_ALLOWED for found in look.findings):
                self._say(subject.finding(Reason.TYPE_NOT_ALLOWED, type=f".{extension}"))
        elif (
            look.kind is not None
            and extension in KNOWN_EXTENSIONS
            and extension not in look.kind.extensions
        ):
            self._say(subject.finding(Reason.TYPE_MISMATCH, type=look.kind.word))

    def _look(
        self, data: bytes, archive: zipfile.ZipFile | None, subject: Subject, level: int
    ) -> Look | None:
        """Recognise a file and look through it; None when it is nothing known."""
        policy, budget = self._policy, self._budget
        if not data:
            return Look(None, [subject.finding(Reason.EMPTY_FILE)])
        if archive is not None:
            if is_ooxml(archive):
                return look_through_ooxml(archive, subject, policy, budget)
            if is_opendocument(archive):
                return look_through_opendocument(archive, subject, policy, budget)
            return _look_at_zip(subject, level)
        if data.startswith(COMPOUND_MAGIC):
            return look_through_compound(data, subject, policy)
        kind = kind_of_binary(data)
        if kind is PDF:
            return look_through_pdf(data, subject, policy)
        if kind is not None:
            return Look(kind, [])
        start = start_of_text(data)
        return None if start is None else _look_at_text(data, start, subject)

    def _entries(self, archive: zipfile.ZipFile, subject: Subject, level: int) -> None:
        """Judge the files of an archive that was attached as such."""
        entries = archive.infolist()
        try:
            self._budget.take_entries(len(entries))
        except ArchiveError as error:
            self._say(_archive_finding(error, subject))
            return
        if not entries:
            self._say(subject.finding(Reason.EMPTY_FILE))
        seen: set[str] = set()
        for entry in entries:
            inner = Subject(f"{subject.name}/{entry.filename}", subject.place)
            name = disk_name(entry.filename)
            fault = "trùng · double" if name in seen else _fault_of_entry(entry)
            seen.add(name)
            if fault:
                self._say(inner.finding(Reason.BAD_NAME, detail=fault))
            if entry.is_dir() and not entry.file_size:
                continue
            self._mark(inner, marking_of_field(_stem(entry.filename)))
            try:
                data = read_entry(archive, entry, self._budget)
                within = self._archive(data)
            except ArchiveError as error:
                self._say(_archive_finding(error, inner))
                if error.reason is Reason.FILE_TOO_COMPLEX:
                    return
                continue
            self._judge(data, within, inner, level=level + 1)

    def _scan(self, data: bytes, subject: Subject) -> None:
        if self._scanner is None:
            return
        try:
            found = self._scanner.scan(data)
        except ScannerAwayError:
            # Asked once a document: a second question would only wait again.
            self._scanner = None
            self._say(subject.finding(Reason.SCANNER_AWAY))
            return
        except UnscannableError:
            self._say(subject.finding(Reason.UNSCANNABLE))
            return
        if found is not None:
            self._say(subject.finding(Reason.MALWARE, detail=found))

    def _mark(self, subject: Subject, marking: str | None) -> None:
        if marking:
            facts = {"where": shown(subject.name), "marking": marking}
            self._say(Finding(Reason.SECRECY_MARKING, subject.place, facts=facts))

    def _say(self, finding: Finding) -> None:
        self.findings.append(finding)


def _decoded(text: str) -> bytes | None:
    try:
        return decode(text)
    except ValueError:
        return None


def _look_at_zip(subject: Subject, level: int) -> Look:
    if level > MAX_ZIP_LEVELS:
        too_deep = subject.finding(
            Reason.FILE_TOO_COMPLEX, what="lớp ZIP · ZIP levels", count=level, limit=MAX_ZIP_LEVELS
        )
        return Look(None, [too_deep])
    return Look(ZIP, [])


def _look_at_text(data: bytes, start: str, subject: Subject) -> Look:
    if word := word_of_active_text(start):
        return Look(None, [subject.finding(Reason.TYPE_NOT_ALLOWED, type=word)])
    if not start.lstrip().startswith("<"):
        return Look(TEXT, [], start)
    if len(data) > MAX_XML_BYTES:
        too_long = subject.finding(
            Reason.FILE_TOO_COMPLEX, what="byte (XML)", count=len(data), limit=MAX_XML_BYTES
        )
        return Look(None, [too_long])
    xml = look_through_xml(data)
    if xml.active:
        return Look(None, [subject.finding(Reason.TYPE_NOT_ALLOWED, type=xml.active)])
    if not xml.well_formed:
        # Something that merely begins with a sign of XML.
        return Look(TEXT, [], start)
    found = (
        [subject.finding(Reason.ACTIVE_CONTENT, Severity.WARN, detail="xml-stylesheet")]
        if xml.stylesheet
        else []
    )
    return Look(XML, found, start)


def _unknown(data: bytes, extension: str, subject: Subject, *, says_zip: bool) -> Finding:
    """Say of unreadable bytes what they were meant to be, as far as anything tells."""
    word = word_of_binary(data)
    if word == UNKNOWN:
        if extension in PDF.extensions:
            return subject.finding(Reason.BAD_PDF, detail=_NO_PDF)
        if extension in OFFICE_EXTENSIONS:
            return subject.finding(Reason.BAD_OFFICE, detail=_NO_OFFICE)
        if says_zip or extension in ZIP.extensions:
            return subject.finding(Reason.BAD_ARCHIVE, detail=_NO_ZIP)
    return subject.finding(Reason.TYPE_NOT_ALLOWED, type=word)


def _archive_finding(error: ArchiveError, subject: Subject) -> Finding:
    broken = error.reason is Reason.BAD_ARCHIVE
    if broken and extension_of(subject.name) in OFFICE_EXTENSIONS:
        return subject.finding(Reason.BAD_OFFICE, **error.facts)
    return subject.finding(error.reason, **error.facts)


def _fault_of_entry(entry: zipfile.ZipInfo) -> str | None:
    if "\0" in entry.orig_filename:
        return "U+0000"
    if entry.is_dir() and entry.file_size:
        return "«/» cuối tên · at the end"
    return fault_of_path(entry.filename)


def _stem(name: str) -> str:
    """Return a file's name without its folder and extension."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last.rpartition(".")[0] or last
