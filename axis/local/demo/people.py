"""Accounts of the demonstration's web view: an administrator and clerks of three agencies."""

import csv
import io
from dataclasses import dataclass

from axis.accounts import Account, Role
from axis.clock import system_clock
from axis.ids import new_id
from axis.local.installation import ACTOR, Installation
from axis.registry.passwords import new_password
from axis.store.accounts import PostgresAccounts
from axis.store.pool import Pool
from axis.web.passwords import hash_password

_PASSWORD_CHARS = 14
"""Short enough to type from the screen; random, so long enough."""


@dataclass(frozen=True, slots=True)
class Person:
    """One fictitious account."""

    name: str
    display_name: str
    role: Role
    agencies: frozenset[str]


PEOPLE = (
    Person("quantri", "Quản trị trục (mẫu)", Role.ADMIN, frozenset()),
    Person("vanthu.g22", "Văn thư Văn phòng Chính phủ (mẫu)", Role.CLERK, frozenset({"G22"})),
    Person(
        "vanthu.h37",
        "Văn thư UBND tỉnh Lạng Sơn (mẫu)",
        Role.CLERK,
        frozenset({"H37", "H37.01", "H37.02"}),
    ),
    Person("vanthu.h37.103", "Văn thư xã Đồng Đăng (mẫu)", Role.CLERK, frozenset({"H37.103"})),
)


async def invite(installation: Installation, pool: Pool) -> dict[str, str]:
    """Make the accounts that are missing; return everybody's password, for the screen."""
    file = installation.folder / "secrets" / "people.csv"
    known: dict[str, str] = {}
    if file.exists():
        rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
        known = {row["name"]: row["password"] for row in rows}
    accounts = PostgresAccounts(pool, system_clock)
    passwords = {
        person.name: known.get(person.name) or new_password()[:_PASSWORD_CHARS] for person in PEOPLE
    }
    lines = [f"{name},{password}" for name, password in passwords.items()]
    installation.write_secret(file, "\n".join(["name,password", *lines]) + "\n")
    for person in PEOPLE:
        if await accounts.account(person.name) is None:
            account = Account(
                id=new_id(),
                name=person.name,
                display_name=person.display_name,
                role=person.role,
                agencies=person.agencies,
                password_hash=hash_password(passwords[person.name]),
                disabled=False,
            )
            await accounts.put_account(account, ACTOR)
    return passwords
