"""What `axis document check` judges by: tables and folders, or the configured installation."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from axis.cli.files import read_file
from axis.cli.output import note
from axis.cli.seals import read_enrolments
from axis.content.scanner import Scanner
from axis.errors import InvalidInputError
from axis.examination import Examination, Rules
from axis.exchange.admission.known import Known
from axis.exchange.intake.preview import Grounds, Preview, preview
from axis.registry.agency import Endpoint, is_endpoint_id
from axis.registry.csvfile import read_agencies
from axis.registry.directory import Directory
from axis.registry.enrolment import NewEnrolment, check_enrolments
from axis.registry.problems import RegistryFileError, quoted
from axis.registry.table import MAX_CSV_BYTES
from axis.trust.folders import certificates_in, revocation_lists_in
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import USUAL, policy_named

Note = tuple[str, str]
"""Something that readers of a report have to know, in Vietnamese and English."""

Judge = Callable[[Sequence[Examination], datetime], Awaitable[list[Preview]]]

NOT_STORED: Note = (
    "Chưa đối chiếu với văn bản đã lưu trên trục: trùng mã, thu hồi, cập nhật, trạng thái.",
    "Not compared with what the axis holds: repeated ids, recalls, updates, statuses.",
)
NO_CRLS: Note = (
    "Chưa xét thu hồi chứng thư của tổ chức chứng thực (--crls).",
    "Revocation by certification authorities was not consulted (--crls).",
)


@dataclass(frozen=True, slots=True)
class Sources:
    """What the command was given."""

    agencies: Path | None = None
    certificates: Path | None = None
    anchors: Path | None = None
    intermediates: Path | None = None
    crls: Path | None = None
    timestamp_anchors: Path | None = None
    policy: str | None = None
    """Name of the signature policy; None: the usual one."""
    policies: Path | None = None
    endpoint: str | None = None
    of_signature: bool = False
    """Whether it is asked what a signature is worth, and not what the axis would answer."""

    @property
    def offline(self) -> bool:
        """Whether anything was given that takes the place of the installation's own."""
        return any(
            (
                self.agencies,
                self.certificates,
                self.anchors,
                self.intermediates,
                self.crls,
                self.timestamp_anchors,
            )
        )


@dataclass(frozen=True, slots=True)
class Basis:
    """What files are judged by."""

    rules: Rules
    judge: Judge
    notes: tuple[Note, ...] = ()
    scanner: Scanner | None = None


def offline_basis(sources: Sources) -> Basis:
    """Judge by tables and folders; what was not given is held.

    Raises InvalidInputError or ConfigurationError for one that cannot be used.
    """
    _check_endpoint(sources.endpoint)
    missing = [
        option
        for option, given in (
            ("--agencies", sources.agencies),
            ("--certificates", sources.certificates),
        )
        if given is None
    ]
    directory = _directory(sources)
    grounds = Grounds(
        known=None if directory is None else Known(directory, stored_known=False),
        endpoint=sources.endpoint,
        lacking=tuple(missing),
        certificates=sources.certificates is not None,
    )

    async def judge(examinations: Sequence[Examination], at: datetime) -> list[Preview]:
        return [preview(examination, grounds, at) for examination in examinations]

    notes = (NOT_STORED,) if sources.crls and sources.anchors else (NOT_STORED, NO_CRLS)
    return Basis(Rules(_policy(sources)), judge, notes)


@asynccontextmanager
async def installed_basis(sources: Sources) -> AsyncIterator[Basis]:
    """Judge by the configured installation: its trust, its registry, what it has stored.

    Raises ConfigurationError, DatabaseError or StoreUnavailableError.
    """
    from axis.app import admission_rules, malware_scanner
    from axis.cli.running import database, database_errors
    from axis.exchange.intake.preview import known_about
    from axis.settings import load_settings
    from axis.store.exchange import PostgresStore

    _check_endpoint(sources.endpoint)
    settings = load_settings()
    chosen = {"policy": sources.policy, "policies": sources.policies, "quick": False}
    trust = settings.trust.model_copy(update={k: v for k, v in chosen.items() if v is not None})
    rules = admission_rules(settings.model_copy(update={"trust": trust}))
    async with database(settings) as pool:
        store = PostgresStore(pool)

        async def judge(examinations: Sequence[Examination], at: datetime) -> list[Preview]:
            with database_errors():
                known = await known_about(store, examinations, at, rules.signature.revocation)
            grounds = Grounds(known, sources.endpoint, of_signature=sources.of_signature)
            return [preview(examination, grounds, at) for examination in examinations]

        yield Basis(rules, judge, scanner=malware_scanner(settings))


def _check_endpoint(endpoint: str | None) -> None:
    if endpoint is not None and not is_endpoint_id(endpoint):
        raise InvalidInputError(
            f"{quoted(endpoint)} không phải mã hệ thống. / {quoted(endpoint)} is no endpoint id."
        )


def _policy(sources: Sources) -> SignaturePolicy:
    """Return the rules for signatures; without anchors no certificate can be judged."""
    known = certificates_in(sources.intermediates) if sources.intermediates else ()
    lists = revocation_lists_in(sources.crls) if sources.crls else ()
    policy = policy_named(sources.policy or USUAL, sources.policies)
    if sources.anchors is None:
        return policy
    timestamps = sources.timestamp_anchors
    return policy.with_trust(
        certificates_in(sources.anchors),
        known,
        lists,
        timestamp_anchors=None if timestamps is None else certificates_in(timestamps),
    )


def _directory(sources: Sources) -> Directory | None:
    if sources.agencies is None:
        if sources.certificates is not None:
            read_enrolments(sources.certificates)  # a broken table is told all the same
        return None
    agencies = read_agencies(read_file(sources.agencies, MAX_CSV_BYTES))
    endpoints = dict.fromkeys(agency.endpoint for agency in agencies if agency.endpoint)
    enrolments = [] if sources.certificates is None else read_enrolments(sources.certificates)
    directory = Directory(
        agencies,
        [Endpoint(endpoint, endpoint) for endpoint in endpoints],
        (enrolment.mandate for enrolment in enrolments),
    )
    _warn_of(enrolments, directory)
    return directory


def _warn_of(enrolments: Sequence[NewEnrolment], directory: Directory) -> None:
    """Tell of lines that an import would refuse; an agency that the table leaves out is none."""
    known = [one for one in enrolments if directory.find(one.agency) is not None]
    try:
        check_enrolments(directory, known, revoked={})
    except RegistryFileError as error:
        for problem in error.problems:
            note(problem.text_vi(), problem.text_en())
