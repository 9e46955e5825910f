"""What a page refuses or cannot do: a status and a text that says what to do."""

from datetime import timedelta
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


class UnauthorizedError(PageError):
    """401: nobody has said who they are, or not truly."""

    status = 401
    key = "problem.401"


class TooSlowError(PageError):
    """408: the body did not come in time."""

    status = 408
    key = "problem.408"


class TooLargeError(PageError):
    """413: a document is longer than the axis takes."""

    status = 413
    key = "problem.document_size"


class UnsupportedTypeError(PageError):
    """415: the body is no edXML message by its own words."""

    status = 415
    key = "problem.415"


class ThrottledError(PageError):
    """429: too many wrong attempts."""

    status = 429
    key = "problem.429"

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait
