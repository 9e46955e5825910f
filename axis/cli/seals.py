"""Certificates of agencies from files: one, or a table of many."""

from pathlib import Path

from axis.cli.files import read_file
from axis.errors import InvalidInputError
from axis.registry.csvfile import read_certificates
from axis.registry.enrolment import NewCertificate, NewEnrolment
from axis.registry.problems import Problems
from axis.registry.table import MAX_CSV_BYTES
from axis.trust.certificates import Certificate, load_certificates
from axis.web.texts import Language, in_language

MAX_PEM_BYTES = 4 * 1024 * 1024
"""A chain of certificates takes some kilobytes."""


def read_enrolments(table: Path) -> list[NewEnrolment]:
    """Read a table of certificates and the files that it names, relative to it.

    Raises RegistryFileError with everything that is wrong.
    """
    problems = Problems()
    enrolments = []
    for row in read_certificates(read_file(table, MAX_CSV_BYTES)):
        try:
            certificate = NewCertificate.of(seal_in(table.parent / row.path))
        except InvalidInputError as error:
            text = error.diagnostics()
            vi, en = (in_language(language, text) for language in Language)
            problems.add(vi, en, row.line)
            continue
        enrolments.append(
            NewEnrolment(
                certificate=certificate,
                agency=row.code,
                capacity=row.capacity,
                kinds=row.kinds,
                act=row.act,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                line=row.line,
            )
        )
    problems.raise_if_any()
    return enrolments


def seal_in(file: Path) -> Certificate:
    """Return the one certificate of a file that is no certification authority's.

    Raises InvalidInputError.
    """
    seals = [
        certificate
        for certificate in load_certificates(read_file(file, MAX_PEM_BYTES))
        if not certificate.is_authority
    ]
    if len(seals) != 1:
        raise InvalidInputError(
            f"Tệp «{file}» cần đúng một chứng thư của cơ quan, thấy {len(seals)}."
            f" / File «{file}» must hold exactly one agency's certificate; found {len(seals)}."
        )
    return seals[0]
