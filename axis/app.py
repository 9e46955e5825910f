"""The composition root: here the parts become programs."""

import asyncio
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import structlog
import uvloop
from aiohttp import web
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from axis.antivirus import ClamdScanner
from axis.clock import system_clock
from axis.content.scanner import Scanner
from axis.edxml.schema import compile_schema
from axis.errors import ConfigurationError, InvalidInputError
from axis.examination import Rules
from axis.exchange.receipts import Notary
from axis.logs import configure_logging
from axis.router import Parts, Router
from axis.settings import Settings
from axis.store.accounts import PostgresAccounts
from axis.store.exchange import PostgresStore
from axis.store.pool import IN_INDEX_ORDER, answers, open_pool
from axis.store.reading import PostgresReader
from axis.store.registry import PostgresAdministration
from axis.store.registry_reading import PostgresRegistryReader
from axis.trust.certificates import Certificate, load_certificates
from axis.trust.keys import SigningKey
from axis.trust.policy import FIELD, SignaturePolicy
from axis.web.app import create_app
from axis.workers import ProcessWorkbench, Tools

_CERTIFICATE_SUFFIXES = {".pem", ".crt", ".cer", ".der"}

_log = structlog.get_logger(__name__)


def run_router(settings: Settings, name: str = "router") -> None:
    """Run a router until SIGTERM or SIGINT; `name` is how logs and the broker call it."""
    configure_logging(settings.log)
    structlog.contextvars.bind_contextvars(process=name)
    uvloop.run(_until_signal(_router(settings, name)))


async def _router(settings: Settings, name: str) -> None:
    compile_schema()  # fails here, in words, when the installation lacks it
    tools = Tools(
        admission_rules(settings), receipt_key(settings), scanner=malware_scanner(settings)
    )
    workbench = ProcessWorkbench(tools, settings.router.workers)
    try:
        pool = await open_pool(
            settings.store.address, max_size=settings.store.pool_size, planner=IN_INDEX_ORDER
        )
        async with pool:
            await workbench.warm_up()
            parts = Parts(
                name=name,
                store=PostgresStore(pool),
                workbench=workbench,
                notary=Notary(settings.receipts.issuer),
                broker_url=settings.broker.address,
                ready=lambda: answers(pool),
                clock=system_clock,
            )
            _log.info("router.started", workers=settings.router.workers)
            await Router(parts, settings.router, metrics_registry()).run()
    finally:
        workbench.close()


def run_web(settings: Settings, name: str = "web") -> None:
    """Run the web view until SIGTERM or SIGINT."""
    configure_logging(settings.log)
    structlog.contextvars.bind_contextvars(process=name)
    uvloop.run(_until_signal(_web(settings)))


async def _web(settings: Settings) -> None:
    pool = await open_pool(settings.store.address, max_size=settings.store.pool_size)
    async with pool:
        app = create_app(
            reader=PostgresReader(pool),
            registry=PostgresRegistryReader(pool),
            accounts=PostgresAccounts(pool, system_clock),
            administration=PostgresAdministration(pool, system_clock),
            settings=settings.web,
            clock=system_clock,
            ready=lambda: answers(pool),
            metrics=metrics_registry(),
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.web.host, settings.web.port).start()
            _log.info("web.started", host=settings.web.host, port=settings.web.port)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


def admission_rules(settings: Settings) -> Rules:
    """Return what documents are held to by their bytes alone."""
    return Rules(
        signature=signature_policy(settings),
        content=settings.content.policy,
        max_bytes=settings.router.max_document_bytes,
    )


def malware_scanner(settings: Settings) -> Scanner | None:
    """Return the scanner for attached files; None when none is set."""
    content = settings.content
    if content.clamd_socket is None:
        return None
    return ClamdScanner(
        content.clamd_socket, content.clamd_seconds, content.clamd_max_megabytes * 1024 * 1024
    )


def signature_policy(settings: Settings) -> SignaturePolicy:
    """Return the policy for documents with the installation's trust anchors."""
    if settings.trust.anchors is None:
        raise ConfigurationError(
            "Chưa đặt thư mục chứng thư gốc (trust.anchors)."
            " / The folder of trust anchors is not set (trust.anchors)."
        )
    folder = settings.trust.intermediates
    return FIELD.with_trust(
        certificates_in(settings.trust.anchors), certificates_in(folder) if folder else ()
    )


def receipt_key(settings: Settings) -> SigningKey:
    """Return the key that signs receipts."""
    receipts = settings.receipts
    if receipts.key_file is None or receipts.certificate_file is None:
        raise ConfigurationError(
            "Chưa đặt khóa và chứng thư ký biên nhận (receipts.key_file,"
            " receipts.certificate_file)."
            " / The key and certificate for receipts are not set (receipts.key_file,"
            " receipts.certificate_file)."
        )
    return SigningKey.load(receipts.key_file, receipts.certificate_file)


def certificates_in(folder: Path) -> tuple[Certificate, ...]:
    """Read every certificate file of a folder; raises ConfigurationError when there is none."""
    files = [
        file for file in sorted(folder.glob("*")) if file.suffix.lower() in _CERTIFICATE_SUFFIXES
    ]
    found = tuple(one for file in files for one in _certificates_of(file))
    if not found:
        raise ConfigurationError(
            f"Thư mục «{folder}» không có chứng thư nào (.pem, .crt, .cer, .der)."
            f" / The folder «{folder}» holds no certificate (.pem, .crt, .cer, .der)."
        )
    return found


def _certificates_of(file: Path) -> tuple[Certificate, ...]:
    try:
        return load_certificates(file.read_bytes())
    except (OSError, InvalidInputError) as error:
        raise ConfigurationError(
            f"Không đọc được chứng thư trong «{file}». / The certificates in «{file}» cannot be"
            f" read: {error}"
        ) from error


def metrics_registry() -> CollectorRegistry:
    """Return a registry with the process's own figures."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


async def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Run until done or told to stop; stopping cancels, so that everything is closed in order."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        _log.info("process.stopped")
