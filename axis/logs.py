"""Structured logs on standard error: ids, codes and outcomes, never document content."""

import logging
import sys

import structlog

from axis.settings import LogSettings

_QUIET = ("signxml", "aiormq", "aio_pika", "pyhanko_certvalidator", "asyncio", "aiohttp.access")
"""Libraries whose debug output holds whole documents or one line a frame."""


def configure_logging(settings: LogSettings) -> None:
    """Set the format and level of every log line of this process."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    logging.basicConfig(stream=sys.stderr, level=level, format="%(name)s %(levelname)s %(message)s")
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if settings.format == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
