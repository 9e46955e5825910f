"""A term of keeping: one router's time as the keeper, and what it remembers meanwhile.

Whatever goes wrong, nothing is lost: what is known stays known, only grows old.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final
from urllib.parse import urlsplit

from axis.clock import Clock
from axis.facts import RevocationState
from axis.revocation.ports import (
    USED,
    Evidence,
    KeeperObserver,
    KeeperStore,
    Reader,
    ResponderError,
    Responders,
    Survey,
)
from axis.revocation.questions import Question, Subject, questions_about
from axis.revocation.schedule import Pace, Schedule
from axis.trust.ocsp import ask
from axis.trust.policy import RevocationRules
from axis.trust.standing import Source, Standing, supersede

AT_ONCE: Final = 4
"""Questions to one host at a time; a responder shall not feel the axis."""

KEPT_TOGETHER: Final = 200
"""Answers of one host that are kept in one transaction."""

SURVEY_SECONDS: Final = 15.0
"""Between counts for metrics, which are read about as often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What keeping needs."""

    store: KeeperStore
    responders: Responders
    reader: Reader
    observer: KeeperObserver
    clock: Clock
    rules: RevocationRules
    pace: Pace
    keep_evidence: timedelta
    """For so long evidence is kept that nothing rests on any more."""


class Term:
    """One router's time as the keeper."""

    def __init__(self, means: Means, known: dict[tuple[str, Source], Standing]) -> None:
        self._means = means
        self._known = known
        self._schedule = Schedule(means.pace, Random())  # noqa: S311 - no secret, only spread
        self._mark: object = None
        self._subjects: dict[str, Subject] = {}
        self._questions: list[Question] = []
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._surveyed: datetime | None = None

    @classmethod
    async def begin(cls, means: Means) -> "Term":
        """Return a term that starts with what is known already."""
        known = {(one.fingerprint, one.source): one for one in await means.store.standings()}
        return cls(means, known)

    async def round(self, mark: object) -> None:
        """Begin to ask whatever is due, and see to what followed from earlier answers.

        ``mark`` is another one when a certificate may have joined. Each host is asked by a task of
        its own, so that one which is slow delays nobody else.
        """
        means = self._means
        now = means.clock()
        self._harvest()
        if mark != self._mark:
            await self._look_for_subjects(now)
            self._mark = mark
        for host, questions in self._due(now).items():
            self._asking[host] = asyncio.create_task(self._ask_host(host, questions))
        for one in await means.store.review(now):
            means.observer.revoked(one)
        await self._survey(now)

    async def settle(self) -> None:
        """Wait until everything that was asked is answered and kept."""
        await asyncio.gather(*self._asking.values())

    async def end(self) -> None:
        """Stop asking."""
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    def _harvest(self) -> None:
        """Forget the tasks that are done; what one of them failed of is raised."""
        for host in [host for host, task in self._asking.items() if task.done()]:
            self._asking.pop(host).result()

    def _due(self, now: datetime) -> dict[str, list[Question]]:
        """Return what is due, by host, where the host is not being asked or given time."""
        due: dict[str, list[Question]] = {}
        for question in self._questions:
            if self._schedule.due(question.key, now):
                host = _host(self._url(question))
                if host not in self._asking and not self._schedule.waits_for(host, now):
                    due.setdefault(host, []).append(question)
        return due

    # -- who is asked about ----------------------------------------------------------------------

    async def _look_for_subjects(self, now: datetime) -> None:
        store = self._means.store
        certificates, authorities = await store.certificates(now), await store.authorities()
        found = await self._means.reader.find(certificates, authorities, now)
        self._subjects = {one.fingerprint: one for one in found}
        self._questions = questions_about(found)
        for question in self._questions:
            due = self._first_due(question, now)
            self._schedule.add(question.key, due, at_once=due <= now)
        self._schedule.keep({question.key for question in self._questions})

    def _first_due(self, question: Question, now: datetime) -> datetime:
        """At once for what is not known, soon for what is."""
        known = [self._known.get((one.fingerprint, question.source)) for one in question.subjects]
        fresh = [one for one in known if one is not None and now < one.until(self._means.rules)]
        if len(fresh) < len(known):
            return now
        return self._schedule.spread(now, self._lapse(fresh))

    def _lapse(self, standings: Iterable[Standing]) -> datetime:
        rules = self._means.rules
        return min(one.until(rules) for one in standings) - rules.tolerance

    # -- asking ----------------------------------------------------------------------------------

    async def _ask_host(self, host: str, questions: Sequence[Question]) -> None:
        """Ask one host, some questions at a time; stop when it is down."""
        gate = asyncio.Semaphore(AT_ONCE)
        for part in _parts(questions):
            asked = await asyncio.gather(*[self._ask(gate, host, one) for one in part])
            learnt = [one for one in asked if one is not None]
            if learnt:
                await self._keep(learnt)
            if self._schedule.waits_for(host, self._means.clock()):
                break

    async def _ask(self, gate: asyncio.Semaphore, host: str, question: Question) -> Evidence | None:
        means = self._means
        async with gate:
            if self._schedule.waits_for(host, means.clock()):
                return None  # it went down while this one queued
            url = self._url(question)
            try:
                answer, nonce = await self._fetch(question, url)
                said = await means.reader.read(question, answer, nonce)
            except ResponderError as error:
                self._give_time(question, host, error)
                return None
        standings = tuple(one for one in said if one.state in USED)
        now = means.clock()
        if not standings:
            self._give_time(question, host, ResponderError("unusable"))
            return None
        self._schedule.succeeded(question.key, host, now, self._lapse(standings))
        return Evidence(
            kind=question.source,
            der=answer,
            issuer=question.subjects[0].path[1].subject,
            url=url,
            fetched_at=now,
            standings=standings,
        )

    async def _fetch(self, question: Question, url: str) -> tuple[bytes, bytes | None]:
        if question.source is Source.CRL:
            return await self._means.responders.fetch_list(url), None
        request, nonce = ask(question.subjects[0].path)
        return await self._means.responders.fetch_response(url, request), nonce

    def _give_time(self, question: Question, host: str, error: ResponderError) -> None:
        now = self._means.clock()
        self._means.observer.failed(host, question.source, error.detail)
        self._schedule.failed(question.key, now)
        if error.down and not self._schedule.waits_for(host, now):
            self._schedule.host_down(host, now)

    def _url(self, question: Question) -> str:
        """Return where to ask: after a failure at the next address."""
        return question.urls[self._schedule.failures(question.key) % len(question.urls)]

    # -- keeping ---------------------------------------------------------------------------------

    async def _keep(self, learnt: Sequence[Evidence]) -> None:
        store, now = self._means.store, self._means.clock()
        await store.record(learnt, now)
        wanted = False
        for evidence in learnt:
            for standing in evidence.standings:
                key = (standing.fingerprint, standing.source)
                old = self._known.get(key)
                self._known[key] = standing if old is None else supersede(old, standing)
                wanted |= old is None or self._may_be_waited_for(old, standing, now)
        if wanted:
            await store.wake_held(now)

    def _may_be_waited_for(self, old: Standing, new: Standing, now: datetime) -> bool:
        """Return whether documents may wait for this; what only renews wakes nobody."""
        return new.state is not old.state or now > old.until(self._means.rules)

    async def _survey(self, now: datetime) -> None:
        """Count how things stand, and drop evidence that is too old, now and then."""
        if self._surveyed is not None and (now - self._surveyed).total_seconds() < SURVEY_SECONDS:
            return
        self._surveyed = now
        self._means.observer.surveyed(self._count(now))
        await self._means.store.prune(now - self._means.keep_evidence)

    def _count(self, now: datetime) -> Survey:
        counts = dict.fromkeys(("good", "revoked", "stale", "unknown"), 0)
        oldest: timedelta | None = None
        for fingerprint in self._subjects:
            known = [self._known.get((fingerprint, source)) for source in Source]
            told = [one for one in known if one is not None]
            if not told:
                counts["unknown"] += 1
                continue
            age = now - max(one.this_update for one in told)
            if any(one.state is RevocationState.REVOKED for one in told):
                counts["revoked"] += 1
                continue
            oldest = age if oldest is None else max(oldest, age)
            fresh = any(now <= one.until(self._means.rules) for one in told)
            counts["good" if fresh else "stale"] += 1
        return Survey(counts, oldest)


def _parts(questions: Sequence[Question]) -> Iterator[Sequence[Question]]:
    """Return what is asked and kept together; first the lists, each of which says much."""
    lists = [one for one in questions if one.source is Source.CRL]
    others = [one for one in questions if one.source is not Source.CRL]
    if lists:
        yield lists
    for start in range(0, len(others), KEPT_TOGETHER):
        yield others[start : start + KEPT_TOGETHER]


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()
