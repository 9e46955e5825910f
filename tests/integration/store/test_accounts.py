"""Accounts and sessions as PostgreSQL keeps them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from axis.accounts import Account, Role
from axis.errors import InvalidInputError
from axis.ids import new_id
from axis.store.accounts import MAX_SESSIONS, PostgresAccounts
from axis.store.pool import Pool
from tests.support.exchange import NOW

DAY = timedelta(days=1)
TOKEN = b"t" * 32


@pytest.fixture
async def accounts(stocked: Pool) -> AsyncIterator[PostgresAccounts]:
    return PostgresAccounts(stocked, lambda: NOW)


@pytest.fixture
async def clerk(accounts: PostgresAccounts) -> Account:
    account = Account(
        id=new_id(),
        name="văn.thư",
        display_name="Văn Thư",
        role=Role.CLERK,
        agencies=frozenset({"H37.02", "G22"}),
        password_hash="$argon2id$1",
        disabled=False,
    )
    await accounts.put_account(account, "test")
    return account


async def test_account_is_returned_as_it_was_put(
    accounts: PostgresAccounts, clerk: Account
) -> None:
    assert await accounts.account("văn.thư") == clerk
    assert await accounts.accounts() == [clerk]
    assert await accounts.account("khác") is None


async def test_account_changed_keeps_its_sessions(
    accounts: PostgresAccounts, clerk: Account
) -> None:
    await accounts.open_session(TOKEN, clerk.id, NOW, NOW + DAY)
    changed = replace(clerk, role=Role.ADMIN, agencies=frozenset({"G22"}), display_name="Mới")
    await accounts.put_account(changed, "test")
    assert await accounts.session(TOKEN, NOW) == changed


async def test_session_ends_with_its_time(accounts: PostgresAccounts, clerk: Account) -> None:
    await accounts.open_session(TOKEN, clerk.id, NOW, NOW + DAY)
    assert await accounts.session(TOKEN, NOW + DAY - timedelta(seconds=1)) == clerk
    assert await accounts.session(TOKEN, NOW + DAY) is None
    assert await accounts.session(b"x" * 32, NOW) is None


async def test_session_ends_when_it_is_closed(accounts: PostgresAccounts, clerk: Account) -> None:
    await accounts.open_session(TOKEN, clerk.id, NOW, NOW + DAY)
    await accounts.close_session(TOKEN)
    assert await accounts.session(TOKEN, NOW) is None
    await accounts.close_session(TOKEN)


@pytest.mark.parametrize(
    "change", [{"disabled": True}, {"password_hash": "$argon2id$2"}], ids=["disabled", "password"]
)
async def test_sessions_end_when_the_account_is_disabled_or_has_another_password(
    accounts: PostgresAccounts, clerk: Account, change: dict[str, object]
) -> None:
    await accounts.open_session(TOKEN, clerk.id, NOW, NOW + DAY)
    await accounts.put_account(replace(clerk, **change), "test")
    assert await accounts.session(TOKEN, NOW) is None
    # and stay ended when it is put back
    await accounts.put_account(clerk, "test")
    if "disabled" in change:
        assert await accounts.session(TOKEN, NOW) is None


async def test_session_of_a_disabled_account_is_nobodys(
    accounts: PostgresAccounts, clerk: Account
) -> None:
    await accounts.put_account(replace(clerk, disabled=True), "test")
    await accounts.open_session(TOKEN, clerk.id, NOW, NOW + DAY)
    assert await accounts.session(TOKEN, NOW) is None


async def test_sessions_beyond_the_limit_end_the_oldest(
    accounts: PostgresAccounts, clerk: Account
) -> None:
    tokens = [bytes([number]) * 32 for number in range(MAX_SESSIONS + 2)]
    for number, token in enumerate(tokens):
        at = NOW + timedelta(seconds=number)
        await accounts.open_session(token, clerk.id, at, at + DAY)
    later = NOW + timedelta(minutes=1)
    alive = [await accounts.session(token, later) is not None for token in tokens]
    assert alive == [False] * 2 + [True] * MAX_SESSIONS


async def test_expired_sessions_are_forgotten(
    accounts: PostgresAccounts, clerk: Account, stocked: Pool
) -> None:
    await accounts.open_session(TOKEN, clerk.id, NOW, NOW + DAY)
    await accounts.open_session(b"u" * 32, clerk.id, NOW + DAY, NOW + 2 * DAY)
    assert await stocked.fetchval("SELECT count(*) FROM web_session") == 1


async def test_last_use_of_a_session_is_kept_to_the_minute(
    accounts: PostgresAccounts, clerk: Account, stocked: Pool
) -> None:
    await accounts.open_session(TOKEN, clerk.id, NOW, NOW + DAY)
    for seconds, kept in ((30, 0), (90, 90), (120, 90)):
        await accounts.session(TOKEN, NOW + timedelta(seconds=seconds))
        seen = await stocked.fetchval("SELECT seen_at FROM web_session")
        assert seen == NOW + timedelta(seconds=kept)


async def test_account_of_an_unknown_agency_is_refused_whole(
    accounts: PostgresAccounts, clerk: Account
) -> None:
    with pytest.raises(InvalidInputError, match="danh bạ"):
        await accounts.put_account(
            replace(clerk, display_name="Khác", agencies=frozenset({"X99"})), "test"
        )
    assert await accounts.account(clerk.name) == clerk


async def test_account_with_the_name_of_another_is_refused(
    accounts: PostgresAccounts, clerk: Account
) -> None:
    with pytest.raises(InvalidInputError, match="tài khoản khác"):
        await accounts.put_account(replace(clerk, id=new_id()), "test")


async def test_change_of_an_account_is_audited_without_its_password(
    accounts: PostgresAccounts, clerk: Account, stocked: Pool
) -> None:
    await accounts.put_account(replace(clerk, password_hash="$argon2id$2"), "cli:root")
    row = await stocked.fetchrow("SELECT * FROM audit ORDER BY id DESC LIMIT 1")
    assert (row["actor"], row["action"], row["at"]) == ("cli:root", "account:put", NOW)
    assert row["facts"]["password_changed"] is True
    assert row["facts"]["name"] == "văn.thư"
    assert "argon2" not in str(row["facts"])
