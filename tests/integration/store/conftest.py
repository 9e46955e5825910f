"""Readers of the store's views work on the scene of the web view's tests."""

from tests.support.stage import played, stage

__all__ = ["played", "stage"]
