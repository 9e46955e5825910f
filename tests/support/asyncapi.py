"""The AMQP contract as `schemas/asyncapi.yaml` states it, for comparing the program with it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT7

SCHEMAS = Path(__file__).parents[2] / "schemas"
TEXT = (SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8")
CONTRACT: dict[str, Any] = yaml.safe_load(TEXT)

_REGISTRY: Registry[Any] = Registry().with_resource(
    CONTRACT["id"], DRAFT7.create_resource(CONTRACT)
)


def message(name: str) -> dict[str, Any]:
    """Return one of the contract's messages."""
    found: dict[str, Any] = CONTRACT["components"]["messages"][name]
    return found


def faults(instance: object, *path: str) -> list[str]:
    """Return what is wrong with a value by the JSON schema at this place of the contract."""
    place = {"$ref": f"{CONTRACT['id']}#/" + "/".join(path)}
    validator = Draft7Validator(place, registry=_REGISTRY, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(instance)]


def header_faults(name: str, headers: Mapping[str, object]) -> list[str]:
    """Return what is wrong with a message's headers, those that it does not list included."""
    listed = message(name)["headers"].get("properties", {})
    strange = [f"{header}: not in the contract" for header in headers if header not in listed]
    return strange + faults(headers, "components", "messages", name, "headers")


def property_faults(name: str, properties: Mapping[str, object]) -> list[str]:
    """Return what is wrong with a delivered message's AMQP properties, unlisted ones included."""
    schemas = message(name)["x-amqp-properties"]["allOf"]
    listed = {key for schema in map(resolved, schemas) for key in schema["properties"]}
    strange = [f"{key}: not in the contract" for key in properties if key not in listed]
    return strange + faults(properties, "components", "messages", name, "x-amqp-properties")


def resolved(value: Any) -> Any:
    """Return what a reference object refers to, and anything else as it is; KeyError if nothing."""
    while isinstance(value, dict) and "$ref" in value:
        found: Any = CONTRACT
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value


def nodes(value: Any = CONTRACT, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object of the contract with its place."""
    if isinstance(value, dict):
        yield path, value
        for key, child in value.items():
            yield from nodes(child, f"{path}/{key}")
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from nodes(child, f"{path}/{number}")
