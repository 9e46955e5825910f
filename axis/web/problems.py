"""What a page refuses or cannot do: a status and a text that says what to do."""

from typing import Any

from axis.errors import AxisError


class PageError(AxisError):
    """A request that ends in a page about what is wrong."""

    status = 400
    key = "problem.400"

    def __init__(self, key: str | None = None, **facts: Any) -> None:
        super().__init__(key or self.key)
        self.text_key = key or self.key
        self.facts = facts


class BadRequestError(PageError):
    """400: something in the address or form cannot be used."""


class ForbiddenError(PageError):
    """403: signed in, but not allowed."""

    status = 403
    key = "problem.403"


class NotFoundError(PageError):
    """404: does not exist, or is not the viewer's, which looks the same."""

    status = 404
    key = "problem.404"
