"""What a test may put in the place of a router's parts before it starts: its limits.

Routers are processes of their own, so it is told by environment variables, which only the nursery
reads: the program itself knows none of them.
"""

import os
from collections.abc import Callable
from types import ModuleType
from typing import Final

from axis.examination import Rules
from axis.settings import Settings
from tests.support.deadly import DeadlyLimit

RulesOf = Callable[[Settings], Rules]

DEADLY: Final = "AXIS_TEST_DEADLY"
"""When set, documents of certain lengths do to a worker what a bug in a library would do."""


def disturb(app: ModuleType) -> None:
    """Replace parts of the composition root as the environment says."""
    if DEADLY in os.environ:
        app.__dict__["admission_rules"] = _deadly(app.admission_rules)


def _deadly(honest: RulesOf) -> RulesOf:
    def rules(settings: Settings) -> Rules:
        found = honest(settings)
        limit = DeadlyLimit(found.max_bytes)
        return Rules(signature=found.signature, content=found.content, max_bytes=limit)

    return rules
