"""`schemas/openapi.yaml` is valid OpenAPI 3.1, says what the limits are, and the app keeps it."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from aiohttp import encode_basic_auth
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.generation import GenerationMode

from axis.edxml.limits import MAX_DOCUMENT_BYTES
from axis.exchange.intake.preview import Grounds, preview
from axis.facts import PathStep, RevocationFact, Right, SignatureFacts
from axis.reasons import Reason
from axis.registry.agency import MAX_ENDPOINT_ID_CHARS, is_endpoint_id
from axis.verdict import FileFacts, Finding, Outcome
from axis.web import api, basic, checks
from tests.support.desk import password_of
from tests.support.exchange import NOW, case
from tests.support.stage import Stage

TEXT = (Path(__file__).parents[2] / "schemas" / "openapi.yaml").read_text(encoding="utf-8")
CONTRACT: dict[str, Any] = yaml.safe_load(TEXT)
CHECK = CONTRACT["paths"][api.CHECK]["post"]
SCHEMAS = CONTRACT["components"]["schemas"]
SAMPLES = [
    file.read_bytes()
    for file in sorted((Path(__file__).parents[1] / "vectors" / "edxml").glob("*.edxml"))
]
VIETNAMESE = re.compile("[À-ỹđĐ]")
EXAMPLES = 40
"""Requests of one kind; each is examined for real."""


@st.composite
def messages(draw: Callable[..., Any]) -> bytes:
    """A sample of the field with some bytes of it replaced, or any bytes."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=200))
    sample = draw(st.sampled_from(SAMPLES))
    start = draw(st.integers(0, len(sample)))
    return sample[:start] + draw(st.binary(max_size=8)) + sample[start + draw(st.integers(0, 8)) :]


for media_type in CHECK["requestBody"]["content"]:
    schemathesis.openapi.media_type(media_type, messages())


# -- the description -------------------------------------------------------------------------------
def test_description_is_valid_openapi_3_1() -> None:
    assert CONTRACT["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(CONTRACT).iter_errors()) == []


def test_description_names_addresses_types_and_limits_of_the_program() -> None:
    assert set(CHECK["requestBody"]["content"]) == api.TYPES
    assert f"{MAX_DOCUMENT_BYTES // 1024 // 1024} MiB" in CHECK["requestBody"]["description"]
    assert f"{checks.CHECKS_OF_ONE} lượt" in CHECK["description"]
    challenge = CHECK["responses"]["401"]["headers"]["WWW-Authenticate"]["schema"]["const"]
    assert challenge == basic.CHALLENGE


@given(st.text("ab0-ABé .", max_size=8) | st.sampled_from(["axis", "guest", "axis-1", "axis1"]))
def test_endpoint_ids_are_those_of_the_program(text: str) -> None:
    schema = SCHEMAS["EndpointId"]
    assert schema["maxLength"] == MAX_ENDPOINT_ID_CHARS
    fits = re.search(schema["pattern"].replace("$", r"\Z"), text) is not None
    reserved = re.search(schema["not"]["pattern"], text) is not None
    assert (fits and not reserved) is is_endpoint_id(text)


def test_answer_is_described_field_by_field() -> None:
    shown = preview(case(None).examination, Grounds(None), NOW).to_json()
    assert (
        set(SCHEMAS["Preview"]["properties"]) == set(SCHEMAS["Preview"]["required"]) == set(shown)
    )
    assert set(SCHEMAS["Reason"]["properties"]) == set(Finding(Reason.NOT_XML).to_json())
    assert set(SCHEMAS["File"]["properties"]) == set(FileFacts.__struct_fields__)
    assert set(SCHEMAS["Outcome"]["enum"]) == set(Outcome)
    told = SCHEMAS["Signature"]["properties"]
    assert set(told) == {one.name for one in fields(SignatureFacts)}
    for name, kind in (("path", PathStep), ("revocation", RevocationFact)):
        assert set(told[name]["items"]["properties"]) == {one.name for one in fields(kind)}
    assert set(told["right"]["oneOf"][1]["properties"]) == {one.name for one in fields(Right)}
    pattern = SCHEMAS["Reason"]["properties"]["code"]["pattern"]
    assert all(re.fullmatch(pattern, reason.code) for reason in Reason)


def test_every_description_is_vietnamese_and_english() -> None:
    for text in _descriptions(CONTRACT):
        assert VIETNAMESE.search(text) or text in ("RFC 9457", "byte"), text


# -- the program -----------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
async def test_app_keeps_to_its_description_whatever_is_asked(
    stage: Stage, mode: GenerationMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("axis.web.throttle.MAX_FAILURES", 1_000_000)  # guesses are part of it
    async with TestServer(stage.app()) as server:
        seen = await asyncio.to_thread(_ask, str(server.make_url("/")), mode)
    assert seen.total() >= EXAMPLES
    assert seen[200] if mode is GenerationMode.POSITIVE else seen[400] + seen[403] > seen[200], seen


def _ask(url: str, mode: GenerationMode) -> Counter[int]:
    """Ask and hold every answer to the description; return how many had which status."""
    seen: Counter[int] = Counter()
    operation = schemathesis.openapi.from_dict(CONTRACT)[api.CHECK]["POST"]
    login = encode_basic_auth("g22", password_of("g22"), encoding="utf-8")

    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(one: schemathesis.Case) -> None:
        answer = one.call_and_validate(base_url=url, headers={"Authorization": login})
        seen[answer.status_code] += 1

    ask()
    return seen


def _descriptions(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["description"]] if isinstance(node.get("description"), str) else []
        return own + [text for value in node.values() for text in _descriptions(value)]
    if isinstance(node, list):
        return [text for value in node for text in _descriptions(value)]
    return []
