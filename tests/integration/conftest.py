"""Databases that are migrated, and those with a small registry in them."""

from tests.support.databases import (
    exchange,
    migrated_database,
    migrated_template,
    stocked,
    stocked_database,
    stocked_template,
)

__all__ = [
    "exchange",
    "migrated_database",
    "migrated_template",
    "stocked",
    "stocked_database",
    "stocked_template",
]
