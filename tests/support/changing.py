"""Values that differ from others in something: sound messages made wrong, registries changed."""

import dataclasses
from typing import TypeVar

import msgspec

_Value = TypeVar("_Value")


def replace(value: _Value, /, **changes: object) -> _Value:
    """Return a value with other fields: `copy.replace` before Python 3.13."""
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **changes)
    return dataclasses.replace(value, **changes)
