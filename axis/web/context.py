"""What handlers work with: the parts of the application, and who is looking."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CollectorRegistry

from axis.accounts import Account, Accounts, Role
from axis.clock import Clock
from axis.exchange.dead_letters.desk import LetterDesk
from axis.exchange.views.reader import Reader
from axis.exchange.views.scope import Scope
from axis.registry.administration import Administration
from axis.registry.views import RegistryReader
from axis.settings import WebSettings
from axis.web.passwords import Passwords
from axis.web.texts import Language
from axis.web.throttle import Throttle

if TYPE_CHECKING:
    from axis.web.checks import Checks


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts that the web view is made of."""

    reader: Reader
    letters: LetterDesk
    registry: RegistryReader
    accounts: Accounts
    administration: Administration
    settings: WebSettings
    clock: Clock
    ready: Callable[[], Awaitable[bool]]
    """Whether the database answers."""
    metrics: CollectorRegistry
    passwords: Passwords
    throttle: Throttle
    endpoint_throttle: Throttle = field(default_factory=Throttle)
    """Of agency systems; their names are not those of people."""
    checks: "Checks | None" = None
    """None where documents are not checked."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking, and what they may see."""

    account: Account

    @property
    def admin(self) -> bool:
        """Whether this is an administrator."""
        return self.account.role is Role.ADMIN

    @property
    def scope(self) -> Scope:
        """Whose documents they may see."""
        return Scope(everything=True) if self.admin else Scope(self.account.agencies)

    @property
    def actor(self) -> str:
        """Who the audit says did it."""
        return f"web:{self.account.name}"


SERVICES = web.AppKey("services", Services)
LANGUAGE = web.RequestKey("language", Language)
VIEWER = web.RequestKey("viewer", Viewer)


def services(request: web.Request) -> Services:
    """Return the parts of the application that the request came to."""
    return request.config_dict[SERVICES]


def language(request: web.Request) -> Language:
    """Return the language that the answer is in."""
    spoken: Language = request.get(LANGUAGE, Language.VI)
    return spoken
