"""Every text exists in both languages, and every text that a page names exists."""

import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment, nodes

from axis.edxml.codes import DocumentKind, Priority
from axis.evidence.receipt import SubjectKind
from axis.exchange.dead_letters.desk import LetterKind, LetterState
from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.next_step import Owner
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.rollup import Stage
from axis.exchange.views.scope import Direction
from axis.facts import Capacity
from axis.registry.agency import Level
from axis.registry.mandates import MessageKind
from axis.registry.views import Standing
from axis.verdict import Outcome
from axis.web.errors import _PAGES
from axis.web.texts import TEXTS, Language, in_language, text

WEB = Path(str(files("axis.web")))
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
MODULES = sorted(WEB.glob("*.py"))
FAMILIES = {
    "state.": list(DeliveryState),
    "late.": list(DeadlineKind),
    "steps.own.": [Owner.RECEIVER, Owner.RECEIVER_SYSTEM, Owner.SENDER, "none"],
    "document.own.": [Owner.RECEIVER, Owner.RECEIVER_SYSTEM, Owner.SENDER],
    "stage.": list(Stage),
    "direction.": list(Direction),
    "kind.": [kind.label for kind in DocumentKind],
    "followed.": [*(kind.label for kind in DocumentKind if kind), "answered"],
    "priority.": [str(priority.value) for priority in Priority],
    "level.": list(Level),
    "standing.": list(Standing),
    "capacity.": list(Capacity),
    "mandate.kind.": list(MessageKind),
    "receipt.subject.": list(SubjectKind),
    "receipt.outcome.": list(Outcome),
    "certificate.done.": ["bound", "revoked"],
    "dead.kind.": list(LetterKind),
    "dead.state.": list(LetterState),
    "dead.reason.": ["delivery_limit", "rejected"],
    "dead.done.": ["resubmitting", "republished", "discarded"],
    "problem.": [f"{status}.title" for status in [*_PAGES, 429, 500, 503]],
}
"""Keys that templates put together from a fixed part and a value of a list."""


NO_TEXTS = {
    *(template.name for template in TEMPLATES),
    "sign_in.throttled",
    "sign_in.succeeded",
}
"""Names of templates and of log events that look like keys."""


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_text_in_both_languages_is_there_with_the_same_facts(key: str) -> None:
    vi, en = TEXTS[key]
    assert vi.strip()
    assert en.strip()
    assert placeholders(vi) == placeholders(en)


def test_text_that_no_page_shows_is_not_kept() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES, *MODULES])
    families = {key for key in TEXTS if key.startswith(tuple(FAMILIES))}
    assert {key for key in set(TEXTS) - families if f'"{key}"' not in quotes(sources)} == set()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_template_names_only_texts_that_exist(template: Path) -> None:
    tree = Environment().parse(template.read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name != "t":
            continue
        key = call.args[0]
        if isinstance(key, nodes.Const):
            assert key.value in TEXTS
            given = {fact.key for fact in call.kwargs}
            assert given == placeholders(TEXTS[key.value][0]), key.value
        elif isinstance(key, nodes.Concat) and isinstance(key.nodes[0], nodes.Const):
            assert key.nodes[0].value in FAMILIES


@pytest.mark.parametrize(
    "key", [family + str(member) for family, members in FAMILIES.items() for member in members]
)
def test_value_of_a_code_list_has_its_text(key: str) -> None:
    assert key in TEXTS


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_module_names_only_texts_that_exist(module: Path) -> None:
    named = re.findall(r'"((?:problem|sign_in)\.[a-z0-9_.]+)"', module.read_text(encoding="utf-8"))
    assert set(named) - NO_TEXTS <= set(TEXTS)


def test_text_in_every_language_is_filled_with_its_facts() -> None:
    assert text(Language.VI, "page.older") == "Cũ hơn"
    assert "3" in text(Language.EN, "documents.more_receivers", count=3)


def test_bilingual_message_with_one_mark_is_cut_in_two() -> None:
    message = "Không được. / Not possible."
    assert in_language(Language.VI, message) == "Không được."
    assert in_language(Language.EN, message) == "Not possible."


@pytest.mark.parametrize("message", ["Chỉ một phần", "a / b / c"])
def test_bilingual_message_of_another_form_is_shown_whole(message: str) -> None:
    assert in_language(Language.EN, message) == message


def quotes(source: str) -> str:
    return source.replace("'", '"')


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
