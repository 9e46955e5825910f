"""The registry as administrators change it, on PostgreSQL.

One change at a time: it looks at the registry under a lock, checks what would result, writes all
or nothing, leaves its line in the audit, and raises the version last, which is the only moment
that holds back the batches of the intake.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg

from axis.clock import Clock
from axis.errors import InvalidInputError
from axis.registry.administration import CertificateLine, EndpointAccount
from axis.registry.agency import Agency, legal_day
from axis.registry.directory import Directory
from axis.registry.enrolment import NewEnrolment, check_enrolments
from axis.registry.groups import Group
from axis.registry.problems import quoted
from axis.registry.rollover import Switch, WantedSwitch, plan_switch
from axis.store import registry_rows as rows
from axis.store.directory import DirectoryCache, current_mark
from axis.store.pool import Connection, Pool, transaction
from axis.store.registry_change import Change, check_agencies, check_endpoints, check_groups
from axis.store.registry_log import Mark, raise_version
from axis.store.sql import load_queries

_SQL = load_queries("registry")

_BROKEN_RULES = (
    asyncpg.ForeignKeyViolationError,
    asyncpg.UniqueViolationError,
    asyncpg.CheckViolationError,
    asyncpg.NotNullViolationError,
    asyncpg.DataError,
)


class PostgresAdministration:
    """Implements `axis.registry.administration.Administration`."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._directories = DirectoryCache()

    async def directory(self) -> Directory:
        """Return the registry as it is now."""
        async with transaction(self._pool) as connection:
            (row,) = await connection.fetch(_SQL["held_version"])
            return await self._directories.at(Mark(*row), connection)

    async def put_agencies(self, agencies: Sequence[Agency], actor: str) -> None:
        """Add or change agencies, all or none; raises InvalidInputError."""
        async with self._change(actor, "registry:agency:put") as change:
            directory = await self._directory(change.connection)
            added, changed = check_agencies(directory, agencies)
            await rows.put_agencies(change.connection, [*added, *changed])
            change.agencies = [agency.code for agency in (*added, *changed)]
            change.facts = rows.agency_facts(added, changed)

    async def put_groups(self, groups: Sequence[Group], actor: str) -> None:
        """Add or change groups, all or none; raises InvalidInputError."""
        async with self._change(actor, "registry:group:put") as change:
            directory = await self._directory(change.connection)
            wanted = check_groups(directory, groups)
            await rows.put_groups(change.connection, wanted)
            change.facts = rows.group_facts(wanted)

    async def remove_group(self, code: str, actor: str) -> None:
        """Take a group away; raises InvalidInputError for an unknown one."""
        async with self._change(actor, "registry:group:remove") as change:
            if await change.connection.fetchval(_SQL["remove_group"], code) is None:
                raise InvalidInputError(
                    f"Không có nhóm {quoted(code)}. / There is no group {quoted(code)}."
                )
            change.facts = {"code": code}

    async def put_endpoints(self, endpoints: Sequence[EndpointAccount], actor: str) -> list[str]:
        """Add or rename endpoints, all or none; return the ids added."""
        check_endpoints(endpoints)
        async with self._change(actor, "registry:endpoint:put") as change:
            found = await change.connection.fetch(
                _SQL["put_endpoints"],
                [endpoint.id for endpoint in endpoints],
                [endpoint.name for endpoint in endpoints],
                [endpoint.password_hash for endpoint in endpoints],
            )
            added = sorted(row["id"] for row in found if row["added"])
            change.facts = {
                "added": added,
                "names": {endpoint.id: endpoint.name for endpoint in endpoints},
            }
        return added

    async def set_password(self, endpoint: str, password_hash: str, actor: str) -> None:
        """Give an endpoint a new password; raises InvalidInputError for an unknown one."""
        async with self._change(actor, "registry:endpoint:password") as change:
            found = await change.connection.fetchval(_SQL["set_password"], endpoint, password_hash)
            if found is None:
                raise InvalidInputError(
                    f"Hệ thống {quoted(endpoint)} chưa được đăng ký."
                    f" / Endpoint {quoted(endpoint)} is not registered."
                )
            change.facts = {"endpoint": endpoint}

    async def endpoint_accounts(self) -> list[EndpointAccount]:
        """Return all endpoints with their password hashes."""
        async with transaction(self._pool) as connection:
            return [
                EndpointAccount(**row)
                for row in map(dict, await connection.fetch(_SQL["accounts"]))
            ]

    async def endpoint_account(self, endpoint: str) -> EndpointAccount | None:
        """Return one endpoint with its password hash, or None."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(_SQL["account"], endpoint)
        return None if row is None else EndpointAccount(**dict(row))

    async def enrol(self, enrolments: Sequence[NewEnrolment], actor: str) -> None:
        """Keep certificates and give them mandates, all or none; raises RegistryFileError."""
        async with self._change(actor, "registry:certificate:enrol") as change:
            directory = await self._directory(change.connection)
            accepted = await self._enrol(change.connection, directory, enrolments)
            change.certificates = {one.certificate.fingerprint for one in accepted}
            change.facts = rows.enrolment_facts(accepted)

    async def switch(self, wanted: WantedSwitch, actor: str) -> Switch:
        """Let a new certificate take an old one's place; raises InvalidInputError."""
        async with self._change(actor, "registry:certificate:switch") as change:
            directory = await self._directory(change.connection)
            plan = plan_switch(directory, wanted, legal_day(self._clock()))
            await self._enrol(change.connection, directory, plan.enrolments)
            for mandate in plan.ending:
                await change.connection.execute(_SQL["end_mandate"], *mandate.key, mandate.valid_to)
            change.certificates = {
                *(one.certificate.fingerprint for one in plan.enrolments),
                *(mandate.fingerprint for mandate in plan.ending),
            }
            change.facts = rows.switch_facts(wanted, plan)
        return plan

    async def revoke(self, fingerprint: str, at: datetime, reason: str, actor: str) -> list[str]:
        """End every mandate of a certificate; return the agencies concerned.

        Raises InvalidInputError for a certificate that nobody enrolled.
        """
        async with self._change(actor, "registry:certificate:revoke") as change:
            if await change.connection.fetchval(_SQL["certificate"], fingerprint) is None:
                raise InvalidInputError(
                    f"Không có chứng thư nào mang dấu vân tay {quoted(fingerprint)}."
                    f" / No certificate has the fingerprint {quoted(fingerprint)}."
                )
            ended = await change.connection.fetch(_SQL["revoke"], fingerprint, at)
            agencies = sorted(row["agency"] for row in ended)
            change.certificates = [fingerprint]
            change.facts = {
                "fingerprint": fingerprint,
                "revoked_at": at,
                "reason": reason,
                "agencies": agencies,
            }
        return agencies

    async def certificates(self) -> list[CertificateLine]:
        """Return all certificates, one line a mandate."""
        async with transaction(self._pool) as connection:
            found = await connection.fetch(_SQL["certificates"])
        return [rows.certificate_line(dict(row)) for row in found]

    async def certificate(self, fingerprint: str) -> bytes | None:
        """Return a certificate's DER bytes."""
        async with transaction(self._pool) as connection:
            der: bytes | None = await connection.fetchval(_SQL["certificate"], fingerprint)
            return der

    @asynccontextmanager
    async def _change(self, actor: str, action: str) -> AsyncIterator[Change]:
        """Carry out one change: locked, audited, counted in the registry's version."""
        try:
            async with transaction(self._pool) as connection:
                await connection.execute(_SQL["lock_registry"])
                change = Change(connection)
                yield change
                await rows.audit(connection, self._clock(), actor, action, change.facts)
                await raise_version(connection, change.agencies, change.certificates)
        except _BROKEN_RULES as error:
            detail = getattr(error, "constraint_name", None) or type(error).__name__
            raise InvalidInputError(
                f"Dữ liệu trái với quy tắc «{detail}» của danh bạ; không có gì được ghi."
                f" / The data break the registry's rule «{detail}»; nothing was written."
            ) from error

    async def _enrol(
        self, connection: Connection, directory: Directory, enrolments: Sequence[NewEnrolment]
    ) -> list[NewEnrolment]:
        certificates = [item.certificate for item in enrolments]
        found = await connection.fetch(_SQL["revoked"], [one.fingerprint for one in certificates])
        revoked = {row["fingerprint"]: row["revoked_at"] for row in found}
        accepted = check_enrolments(directory, enrolments, revoked)
        await rows.put_certificates(connection, certificates)
        await rows.put_mandates(connection, [item.mandate for item in accepted])
        return accepted

    async def _directory(self, connection: Connection) -> Directory:
        """Return the registry that the change starts from; the lock keeps others away."""
        return await self._directories.at(await current_mark(connection), connection)
