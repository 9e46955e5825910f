"""Every setting of axis in one typed tree.

Values come, strongest first, from environment variables (``AXIS_BROKER__URL``), from the TOML file
that ``AXIS_CONFIG`` names, and from the defaults here. Secrets are never values of settings: a
setting names the file that holds one.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from axis.content.policy import ContentPolicy
from axis.edxml.codes import Priority
from axis.edxml.limits import MAX_DOCUMENT_BYTES
from axis.errors import ConfigurationError
from axis.exchange.deliveries.deadlines import USUAL_TERMS, Deadlines, Term, Terms
from axis.exchange.lanes import Lane
from axis.reasons import Severity
from axis.secret_files import with_password
from axis.trust.profiles import USUAL
from axis.worktime.reading import calendar_of

CONFIG_VARIABLE = "AXIS_CONFIG"

Judgement = Literal["refuse", "warn"]
"""What becomes of a document with something questionable in its files."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BrokerSettings(_Section):
    """RabbitMQ: the address of the message port and of the management interface."""

    url: str = "amqp://axis-router@127.0.0.1:5672/axis"
    """Without the password, which `password_file` holds."""
    password_file: Path | None = None
    management_url: str = "http://127.0.0.1:15672"
    management_user: str = "axis-admin"
    management_password_file: Path | None = None

    @property
    def address(self) -> str:
        """Return the address with the account's password in it."""
        return with_password(self.url, self.password_file)

    @property
    def vhost(self) -> str:
        """Return the virtual host that the address names."""
        return urlsplit(self.url).path.lstrip("/") or "/"

    @property
    def account(self) -> str:
        """Return the account under which the axis itself works."""
        return urlsplit(self.url).username or ""


class StoreSettings(_Section):
    """PostgreSQL."""

    dsn: str = "postgresql://axis@127.0.0.1:5432/axis"
    """Without the password, which `password_file` holds."""
    password_file: Path | None = None
    pool_size: int = Field(default=10, ge=2, le=100)
    """Connections a process: two dispatchers, the consumers, and a few for reading."""

    @property
    def address(self) -> str:
        """Return the address with the account's password in it."""
        return with_password(self.dsn, self.password_file)


class TokenSettings(_Section):
    """A key in a PKCS#11 token (HSM, smart card)."""

    module: Path
    """The PKCS#11 library of the token's maker, such as ``/usr/lib/softhsm/libsofthsm2.so``."""
    token_label: str
    key_label: str
    """CKA_LABEL of the private key."""
    pin_file: Path
    """Holds the user PIN."""


class ReceiptSettings(_Section):
    """What receipts are signed with: a key file or a token."""

    issuer: str = "Trục liên thông văn bản"
    """The name of this axis, as receipts state it."""
    key_file: Path | None = None
    token: TokenSettings | None = None
    certificate_file: Path | None = None
    """The key's certificate, then the authorities above it."""


class KeeperSettings(_Section):
    """How information about revocation (CRL, OCSP) is kept current in the background."""

    every_seconds: float = Field(default=3600.0, ge=1.0, le=86_400.0)
    """The longest wait between two questions about one certificate while all is well: how late the
    axis may learn of a revocation. Information that lapses sooner is asked for at half its life."""
    retry_seconds: float = Field(default=30.0, ge=0.1, le=3600.0)
    """The first wait after a failure; it doubles, up to five minutes."""
    timeout_seconds: float = Field(default=20.0, ge=1.0, le=120.0)
    """How long a list or an answer may take to arrive; the largest list has 16 MB."""
    hosts: tuple[str, ...] = ()
    """Whom the axis may ask, by host name; empty: whomever trusted authorities name in their
    certificates. To be set where the router stands among machines that must not be called."""
    evidence_days: int = Field(default=90, ge=1, le=3650)
    """For so long lists and answers are kept that newer ones have replaced."""


class TrustSettings(_Section):
    """Whose certificates are believed, and under what conditions."""

    anchors: Path | None = None
    """Folder of PEM or DER files: roots of the certification authorities."""
    intermediates: Path | None = None
    """Folder of intermediate certificates that senders may leave out."""
    timestamp_anchors: Path | None = None
    """Folder of the roots of timestamp authorities; without one, the anchors above."""
    policy: str = USUAL
    """Name of the signature policy (hồ sơ chính sách chữ ký) for documents."""
    policies: Path | None = None
    """TOML file of policies of one's own; without one, those that come with the program."""
    revocation: Literal["required", "not-checked"] | None = None
    """Whether revocation is judged; without it, as the policy says. ``not-checked`` is for places
    whose certification authorities have neither lists nor OCSP: there, only the registry's own
    revocation stops a lost key."""
    quick: bool = True
    """Whether a second engine may accept signatures of the commonest shapes in a third of the time
    (`axis.trust.quick`). It refuses nothing: signxml judges whatever it does not accept."""
    keeper: KeeperSettings = KeeperSettings()


class ContentSettings(_Section):
    """What attached files are held to."""

    macros: Judgement = "refuse"
    """Office files with macros."""
    active_content: Judgement = "refuse"
    """PDF scripts and programs that start by themselves; Office links to foreign templates."""
    broken_pdf_signatures: Judgement = "refuse"
    """PDF signatures over bytes that have changed."""
    clamd_socket: Path | None = None
    """Unix socket of a running ClamAV daemon; without one, files are not scanned for malware. Where
    it is set and clamd is away, documents with files wait for it."""
    clamd_seconds: float = Field(default=20.0, ge=1.0, le=45.0)
    """How long clamd may take for one file; a document as a whole has a minute."""
    clamd_max_megabytes: int = Field(default=25, ge=1, le=2000)
    """The smaller one of clamd's ``MaxFileSize`` and ``StreamMaxLength`` (Debian: 25 MB). Longer
    files it would call clean without having looked; documents with one are refused."""

    @property
    def policy(self) -> ContentPolicy:
        """Return what the content check is told."""
        return ContentPolicy(
            macros=Severity(self.macros),
            active_content=Severity(self.active_content),
            broken_pdf_signatures=Severity(self.broken_pdf_signatures),
        )


class RouterSettings(_Section):
    """How the router works."""

    lanes: frozenset[Lane] = Field(default=frozenset(Lane), min_length=1)
    """Which lanes this router serves; every lane must have a router. With both in one process
    urgent documents wait for its event loop, its workers and its batches, which suits a trial. A
    site that carries more runs a router for each: ``["urgent"]`` takes urgent documents and nothing
    else, ``["ordinary"]`` everything else, deadlines and revocation included."""
    niceness: int = Field(default=0, ge=0, le=19)
    """How far router and workers stand back for others of the machine, as nice(1) counts. 10 for
    routers of the ordinary lane beside one of the urgent lane; they lose nothing when alone."""
    workers: int = Field(default=2, ge=1, le=128)
    """Processes for parsing and verifying; about the number of cores. One more signs receipts."""
    batch_count: int = Field(default=50, ge=1, le=500)
    batch_megabytes: int = Field(default=64, ge=1, le=1024)
    document_consumers: int = Field(default=2, ge=1, le=16)
    """Batches of ordinary documents in flight at once: one is checked while one is committed."""
    max_document_bytes: int = Field(default=MAX_DOCUMENT_BYTES, ge=10_000, le=120 * 1024 * 1024)
    """Upper limit under RabbitMQ 3's message limit of 128 MiB."""
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=9464, ge=0, le=65535)
    """Where the router shows its metrics and health; 0 lets the system choose."""


_StepHours = Annotated[float, Field(gt=0, le=2000)]


class UrgencySettings(_Section):
    """How long the steps of documents of one urgency may take, in hours."""

    consignment: _StepHours
    """From acceptance to the receiver's inbox."""
    handover: _StepHours
    """From the inbox until the receiver's system has taken it or reports 01."""
    answer: _StepHours
    """From then until the receiver accepts (03) or refuses (02); from a question to 15 or 16."""
    destruction: _StepHours
    """From the receiver's 15 until it confirms by 06 that its copy is destroyed."""
    working: bool
    """Only working hours of the calendar count; else nights and holidays, too."""

    @classmethod
    def usual(cls, priority: Priority) -> "UrgencySettings":
        """Return what holds where nothing is set."""
        terms = USUAL_TERMS[priority]
        hour = timedelta(hours=1)
        return cls(
            consignment=terms.consignment.time / hour,
            handover=terms.handover.time / hour,
            answer=terms.answer.time / hour,
            destruction=terms.destruction.time / hour,
            working=terms.answer.working,
        )

    @property
    def terms(self) -> Terms:
        """Return the terms of the steps."""
        steps = (self.consignment, self.handover, self.answer, self.destruction)
        return Terms(*(Term(timedelta(hours=hours), self.working) for hours in steps))


class DeadlineSettings(_Section):
    """By when the steps of a delivery are due, and when the axis says that they are late."""

    normal: UrgencySettings = UrgencySettings.usual(Priority.NORMAL)
    """Thường."""
    urgent: UrgencySettings = UrgencySettings.usual(Priority.URGENT)
    """Khẩn."""
    very_urgent: UrgencySettings = UrgencySettings.usual(Priority.VERY_URGENT)
    """Thượng khẩn: from here on somebody is on duty, and no night or holiday is waited for."""
    express: UrgencySettings = UrgencySettings.usual(Priority.EXPRESS)
    """Hỏa tốc, hỏa tốc hẹn giờ."""
    calendar: Path | None = None
    """TOML file of a working calendar of one's own; without one, that of state agencies."""
    grace_seconds: float = Field(default=60.0, ge=0.0, le=3600.0)
    """For so long a router that has just got hold of RabbitMQ lets deadlines pass without acting on
    them: answers that were given in time, while the axis was away, come in first."""
    inbox_seconds: float = Field(default=15.0, ge=1.0, le=3600.0)
    """How often RabbitMQ's management interface is asked which inboxes are empty."""
    inbox_margin_seconds: float = Field(default=90.0, ge=1.0, le=3600.0)
    """How old what it tells may be. RabbitMQ counts quorum queues every ``quorum_tick_interval``:
    60 s in the installations that axis makes, 5 s by itself."""

    def policy(self) -> Deadlines:
        """Return the terms with their calendar; raises ConfigurationError."""
        return Deadlines(
            calendar=calendar_of(self.calendar),
            terms={
                Priority.NORMAL: self.normal.terms,
                Priority.URGENT: self.urgent.terms,
                Priority.VERY_URGENT: self.very_urgent.terms,
                Priority.EXPRESS: self.express.terms,
                Priority.TIMED_EXPRESS: self.express.terms,
            },
        )


class WebSettings(_Section):
    """The web view."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    secure_cookies: bool = False
    """True behind TLS: the session cookie is then never sent in the clear."""
    session_hours: int = Field(default=10, ge=1, le=72)
    """A clerk's working day; after it, sign in again."""
    check_workers: int = Field(default=1, ge=0, le=16)
    """Processes that check documents before they are sent (``POST /api/v1/check``), each like one
    of the router's; 0 turns such checks off."""

    @property
    def session_lifetime(self) -> timedelta:
        """Return how long a session lasts without signing in again."""
        return timedelta(hours=self.session_hours)


class LogSettings(_Section):
    """Structured logs on standard error: ids and outcomes, never document content."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "console"] = "json"


class Settings(BaseSettings):
    """The whole tree."""

    model_config = SettingsConfigDict(
        env_prefix="AXIS_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    broker: BrokerSettings = BrokerSettings()
    store: StoreSettings = StoreSettings()
    receipts: ReceiptSettings = ReceiptSettings()
    trust: TrustSettings = TrustSettings()
    content: ContentSettings = ContentSettings()
    router: RouterSettings = RouterSettings()
    deadlines: DeadlineSettings = DeadlineSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment, then the TOML file."""
        file = os.environ.get(CONFIG_VARIABLE)
        toml = TomlConfigSettingsSource(settings_cls, Path(file)) if file else None
        return tuple(source for source in (init_settings, env_settings, toml) if source)


def load_settings() -> Settings:
    """Read all settings; raises ConfigurationError naming each wrong one."""
    file = os.environ.get(CONFIG_VARIABLE)
    if file and not Path(file).is_file():
        raise ConfigurationError(
            f"Không tìm thấy tệp cấu hình «{file}» ({CONFIG_VARIABLE})."
            f" / The configuration file «{file}» does not exist ({CONFIG_VARIABLE})."
        )
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise ConfigurationError(
            "Cấu hình sai / Wrong settings:\n  " + "\n  ".join(lines)
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"Cấu hình sai / Wrong settings: {error}") from error
