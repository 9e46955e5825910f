"""The root of every exception that axis raises on purpose.

Verdicts are data (`axis.verdict`); an exception means a bug, broken I/O, or a request that
cannot be carried out. Code catches types; people read `diagnostics()`.
"""


class AxisError(Exception):
    """Something that axis was asked to do could not be done."""

    def diagnostics(self) -> str:
        """Return what a person should read: what happened and what to do next."""
        return str(self)


class ConfigurationError(AxisError):
    """A setting is missing or wrong; the process must not start with it."""


class InvalidInputError(AxisError):
    """Input from outside cannot be used; the message says what is wrong and where."""
