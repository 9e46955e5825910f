"""`axis account`: people who sign in to the web view."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from axis.accounts import MAX_NAME_CHARS, Account, Role, account_name
from axis.cli.output import AsJson, print_json, print_table, say
from axis.cli.running import actor, clock_at, database, run
from axis.errors import InvalidInputError
from axis.ids import new_id
from axis.registry.problems import quoted
from axis.secret_files import read_secret
from axis.store.accounts import PostgresAccounts
from axis.store.registry import PostgresAdministration
from axis.web.passwords import hash_password

GENERATED_BYTES = 15
"""120 random bits in 20 characters that can be typed."""

app = typer.Typer(
    name="account", no_args_is_help=True, help="Tài khoản trang web · Accounts of the web view."
)

Name = Annotated[str, typer.Argument(help="Tên đăng nhập · Name to sign in with.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(help="Tệp chứa mật khẩu, quyền 600 · File with the password, mode 600."),
]
Generate = Annotated[
    bool, typer.Option("--generate", help="Tạo và in mật khẩu một lần · Make one, print it once.")
]


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="Vai trò · Role.")],
    agency: Annotated[
        list[str] | None,
        typer.Option(help="Mã cơ quan của văn thư, lặp lại được · A clerk's agency; repeatable."),
    ] = None,
    display_name: Annotated[str, typer.Option(help="Họ tên · Name shown.")] = "",
    password_file: PasswordFile = None,
    generate: Generate = False,
) -> None:
    """Thêm tài khoản; hỏi mật khẩu nếu không cho trước · Add an account; asks for a password."""
    wanted = account_name(name)
    if not 1 <= len(wanted) <= MAX_NAME_CHARS or not wanted.isprintable():
        raise InvalidInputError(
            f"Tên đăng nhập phải có từ 1 đến {MAX_NAME_CHARS} ký tự in được."
            f" / A name to sign in with has 1 to {MAX_NAME_CHARS} printable characters."
        )
    if role is Role.CLERK and not agency:
        raise InvalidInputError(
            "Văn thư cần ít nhất một cơ quan (--agency). / A clerk needs an agency (--agency)."
        )
    password = _password(password_file, generate=generate)
    account = Account(
        id=new_id(),
        name=wanted,
        display_name=display_name or wanted,
        role=role,
        agencies=frozenset(agency or ()),
        password_hash=hash_password(password),
        disabled=False,
    )
    run(_add(account))
    say(f"Đã thêm tài khoản «{wanted}».", f"Account «{wanted}» added.")
    _tell(password, generate=generate)


@app.command(name="list")
def list_accounts(json: AsJson = False) -> None:
    """Liệt kê tài khoản · List accounts."""
    accounts = run(_accounts())
    if json:
        print_json(
            [
                {
                    "name": one.name,
                    "display_name": one.display_name,
                    "role": one.role.value,
                    "agencies": sorted(one.agencies),
                    "disabled": one.disabled,
                }
                for one in accounts
            ]
        )
        return
    print_table(
        ("Tên · Name", "Họ tên · Shown as", "Vai trò · Role", "Cơ quan · Agencies", ""),
        [
            (
                one.name,
                one.display_name,
                one.role.value,
                sorted(one.agencies),
                "đã khóa · disabled" if one.disabled else "",
            )
            for one in accounts
        ],
    )


@app.command()
def password(name: Name, password_file: PasswordFile = None, generate: Generate = False) -> None:
    """Đặt mật khẩu mới; mọi phiên đang mở kết thúc · Set a password; open sessions end."""
    account = run(_account(name))
    chosen = _password(password_file, generate=generate)
    run(_put(replace(account, password_hash=hash_password(chosen))))
    say(f"Đã đổi mật khẩu của «{account.name}».", f"«{account.name}» has a new password.")
    _tell(chosen, generate=generate)


@app.command()
def disable(name: Name) -> None:
    """Khóa tài khoản; mọi phiên đang mở kết thúc · Disable an account; open sessions end."""
    account = run(_account(name))
    run(_put(replace(account, disabled=True)))
    say(f"Đã khóa «{account.name}».", f"«{account.name}» is disabled.")


@app.command()
def enable(name: Name) -> None:
    """Mở lại tài khoản đã khóa · Enable a disabled account again."""
    account = run(_account(name))
    run(_put(replace(account, disabled=False)))
    say(f"Đã mở lại «{account.name}».", f"«{account.name}» is enabled.")


def _password(file: Path | None, *, generate: bool) -> str:
    if file is not None:
        return read_secret(file)
    if generate:
        return secrets.token_urlsafe(GENERATED_BYTES)
    typed: str = typer.prompt(
        "Mật khẩu · Password", hide_input=True, confirmation_prompt="Nhập lại · Repeat"
    )
    return typed


def _tell(password: str, *, generate: bool) -> None:
    if generate:
        say(f"Mật khẩu, chỉ hiện một lần: {password}", "shown only this once")


async def _add(account: Account) -> None:
    async with database() as pool:
        clock = await clock_at(pool)
        directory = await PostgresAdministration(pool, clock).directory()
        agencies = []
        for code in account.agencies:
            agency = directory.find(code)
            if agency is None:
                raise InvalidInputError(
                    f"Cơ quan {quoted(code)} không có trong danh bạ."
                    f" / Agency {quoted(code)} is not in the registry."
                )
            agencies.append(agency.code)
        bound = replace(account, agencies=frozenset(agencies))
        await PostgresAccounts(pool, clock).put_account(bound, actor())


async def _put(account: Account) -> None:
    async with database() as pool:
        await PostgresAccounts(pool, await clock_at(pool)).put_account(account, actor())


async def _account(name: str) -> Account:
    async with database() as pool:
        account = await PostgresAccounts(pool, await clock_at(pool)).account(account_name(name))
    if account is None:
        raise InvalidInputError(
            f"Không có tài khoản {quoted(name)}. / There is no account {quoted(name)}."
        )
    return account


async def _accounts() -> list[Account]:
    async with database() as pool:
        return await PostgresAccounts(pool, await clock_at(pool)).accounts()
