"""The web view on a real database, for holding the API to its description."""

from tests.support.stage import played, stage

__all__ = ["played", "stage"]
