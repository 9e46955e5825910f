"""The composition root: here the parts become programs."""

import asyncio
import contextlib
import dataclasses
import os
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
import uvloop
from aiohttp import web
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from axis.antivirus import ClamdScanner
from axis.broker.inboxes import ManagementInboxes
from axis.clock import Clock, system_clock
from axis.content.scanner import Scanner
from axis.edxml.schema import compile_schema
from axis.errors import ConfigurationError
from axis.examination import Rules
from axis.exchange.decision.holding import HoldLimits
from axis.exchange.dispatch.taking import Pace, Taking
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.watch import Watch
from axis.ids import make_ids_by
from axis.keeping import revocation_keeper
from axis.logs import configure_logging
from axis.metrics.background import ClockFigures, WatchFigures
from axis.receipt_key import CertificateUse, receipt_key
from axis.router import Parts, Router
from axis.secret_files import read_secret
from axis.settings import Settings
from axis.store.accounts import PostgresAccounts
from axis.store.clock import kept_clock
from axis.store.dead_letters import PostgresDeadLetters
from axis.store.exchange import PostgresStore
from axis.store.pool import IN_INDEX_ORDER, Pool, answers, open_pool
from axis.store.reading import PostgresReader
from axis.store.receipt_certificates import PostgresReceiptCertificates
from axis.store.registry import PostgresAdministration
from axis.store.registry_reading import PostgresRegistryReader
from axis.store.taking import PostgresTaking
from axis.trust.folders import certificates_in
from axis.trust.policy import RevocationMode, SignaturePolicy
from axis.trust.profiles import policy_named
from axis.watching import Watching
from axis.web.app import create_app
from axis.web.checks import Checks
from axis.workers import ProcessWorkbench, Tools

_log = structlog.get_logger(__name__)


def run_router(settings: Settings, name: str = "router") -> None:
    """Run a router until SIGTERM or SIGINT; `name` is how logs and the broker call it."""
    configure_logging(settings.log)
    structlog.contextvars.bind_contextvars(process=name)
    stand_back(settings.router.niceness)  # before there are workers, which inherit it
    uvloop.run(_until_signal(_router(settings, name)))


def stand_back(niceness: int) -> None:
    """Let other processes of the machine go first.

    Where Linux schedules by sessions (autogroup, sched(7)) a process's own niceness counts only
    within its session; the leader of a session passes it on to the session.
    """
    if not niceness:
        return
    now = os.nice(niceness)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # a kernel without autogroups
            Path("/proc/self/autogroup").write_text(str(now))


async def _router(settings: Settings, name: str) -> None:
    compile_schema()  # fails here, in words, when the installation lacks it
    key = receipt_key(settings.receipts)
    tools = Tools(admission_rules(settings), key, scanner=malware_scanner(settings))
    workbench = ProcessWorkbench(tools, settings.router.workers)
    try:
        pool = await open_pool(
            settings.store.address, max_size=settings.store.pool_size, planner=IN_INDEX_ORDER
        )
        registry = metrics_registry()
        deadlines, notary = settings.deadlines.policy(), Notary(settings.receipts.issuer)
        store = PostgresStore(pool, deadlines)
        async with (
            pool,
            kept_clock(pool, ClockFigures(registry)) as clock,
            revocation_keeper(settings.trust.keeper, tools.rules, pool, registry, clock) as keeper,
        ):
            make_ids_by(clock)
            if not deadlines.calendar.knows(clock()):
                _log.warning("calendar.ended", until=str(deadlines.calendar.until))
            history = PostgresReceiptCertificates(pool)
            use = CertificateUse(history, key, f"router:{name}", clock)
            await use.enter()
            await workbench.warm_up()
            parts = Parts(
                name=name,
                store=store,
                workbench=workbench,
                notary=notary,
                broker_url=settings.broker.address,
                ready=lambda: answers(pool),
                clock=clock,
                holding=HoldLimits(longest=tools.rules.signature.revocation.hold),
                revocation=tools.rules.signature.revocation,
                keeper=keeper,
                watching=Watching(
                    watch=Watch(store, workbench, notary, clock, witness=system_clock),
                    grace=settings.deadlines.grace_seconds,
                    figures=WatchFigures(registry),
                    store=PostgresTaking(pool, deadlines),
                    taking=inbox_watch(settings, clock),
                ),
            )
            _log.info(
                "router.started",
                workers=settings.router.workers,
                lanes=sorted(settings.router.lanes),
            )
            await use.during(Router(parts, settings.router, registry).run())
    finally:
        workbench.close()


def run_web(settings: Settings, name: str = "web") -> None:
    """Run the web view until SIGTERM or SIGINT."""
    configure_logging(settings.log)
    structlog.contextvars.bind_contextvars(process=name)
    uvloop.run(_until_signal(_web(settings)))


async def _web(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(
            await open_pool(settings.store.address, max_size=settings.store.pool_size)
        )
        registry = metrics_registry()
        clock = await stack.enter_async_context(kept_clock(pool, ClockFigures(registry)))
        make_ids_by(clock)
        app = create_app(
            reader=PostgresReader(pool),
            letters=PostgresDeadLetters(pool, clock),
            registry=PostgresRegistryReader(pool),
            accounts=PostgresAccounts(pool, clock),
            administration=PostgresAdministration(pool, clock),
            settings=settings.web,
            clock=clock,
            ready=lambda: answers(pool),
            metrics=registry,
            checks=await _checks(settings, pool, stack),
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.web.host, settings.web.port).start()
            _log.info("web.started", host=settings.web.host, port=settings.web.port)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


async def _checks(settings: Settings, pool: Pool, stack: AsyncExitStack) -> Checks | None:
    """Return what documents are checked with before they are sent, where the settings ask for it.

    Its workers hold no key: the web view signs nothing.
    """
    if not settings.web.check_workers:
        return None
    compile_schema()
    tools = Tools(admission_rules(settings), scanner=malware_scanner(settings))
    workbench = ProcessWorkbench(tools, settings.web.check_workers)
    stack.callback(workbench.close)
    await workbench.warm_up()
    return Checks(
        workbench,
        PostgresStore(pool),
        settings.router.max_document_bytes,
        revocation=tools.rules.signature.revocation,
    )


def admission_rules(settings: Settings) -> Rules:
    """Return what documents are held to by their bytes alone."""
    return Rules(
        signature=signature_policy(settings),
        content=settings.content.policy,
        max_bytes=settings.router.max_document_bytes,
    )


def inbox_watch(settings: Settings, clock: Clock) -> Taking | None:
    """Return what finds out which copies were taken; None without a management interface."""
    broker, deadlines = settings.broker, settings.deadlines
    if broker.management_password_file is None:
        return None
    inboxes = ManagementInboxes(
        broker.management_url,
        broker.management_user,
        read_secret(broker.management_password_file),
        broker.vhost,
    )
    pace = Pace(
        every=timedelta(seconds=deadlines.inbox_seconds),
        margin=timedelta(seconds=deadlines.inbox_margin_seconds),
    )
    return Taking(inboxes, clock, pace)


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
    trust = settings.trust
    if trust.anchors is None:
        raise ConfigurationError(
            "Chưa đặt thư mục chứng thư gốc (trust.anchors)."
            " / The folder of trust anchors is not set (trust.anchors)."
        )
    policy = policy_named(trust.policy, trust.policies)
    if trust.revocation is not None:
        mode = RevocationMode(trust.revocation)
        policy = dataclasses.replace(
            policy, revocation=dataclasses.replace(policy.revocation, mode=mode)
        )
    timestamps = trust.timestamp_anchors
    return dataclasses.replace(policy, quick=trust.quick).with_trust(
        certificates_in(trust.anchors),
        certificates_in(trust.intermediates) if trust.intermediates else (),
        timestamp_anchors=certificates_in(timestamps) if timestamps else None,
    )


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
