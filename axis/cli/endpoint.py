"""`axis endpoint`: connected systems (hệ thống kết nối) and their passwords."""

from pathlib import Path
from typing import Annotated

import typer

from axis.cli.files import read_file
from axis.cli.output import AsJson, print_json, print_table, say
from axis.cli.running import actor, administration, run
from axis.cli.secrets_file import DEFAULT, PasswordsFile, PasswordWriter, passwords_file
from axis.registry.administration import EndpointAccount
from axis.registry.agency import Endpoint
from axis.registry.csvfile import read_endpoints
from axis.registry.passwords import new_password, rabbit_hash
from axis.registry.table import MAX_CSV_BYTES

app = typer.Typer(
    name="endpoint",
    no_args_is_help=True,
    help="Hệ thống kết nối và mật khẩu · Connected systems and their passwords.",
)

Id = Annotated[
    str, typer.Argument(metavar="ID", help="Chữ thường, số, gạch nối · Lower-case, digits, hyphen.")
]


@app.command()
def add(
    endpoint: Id,
    name: Annotated[str, typer.Option(help="Tên hệ thống · Name of the system.")],
    passwords: PasswordsFile = DEFAULT,
) -> None:
    """Thêm một hệ thống, hoặc đổi tên · Add an endpoint, or rename it."""
    _put([Endpoint(endpoint, name)], passwords)


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Cột · Columns: id, name.")],
    passwords: PasswordsFile = DEFAULT,
) -> None:
    """Thêm nhiều hệ thống, tất cả hoặc không · Add many endpoints, all or none."""
    _put(read_endpoints(read_file(file, MAX_CSV_BYTES)), passwords)


@app.command(name="list")
def list_endpoints(json: AsJson = False) -> None:
    """Liệt kê hệ thống · List endpoints."""
    accounts = run(_accounts())
    if json:
        print_json([{"id": account.id, "name": account.name} for account in accounts])
        return
    print_table(("Hệ thống · Endpoint", "Tên · Name"), [(one.id, one.name) for one in accounts])


@app.command()
def password(endpoint: Id, passwords: PasswordsFile = DEFAULT) -> None:
    """Đặt mật khẩu mới · Give an endpoint a new password; the old one ends at the next sync."""
    with passwords_file(passwords) as file:
        run(_set_password(endpoint, file))
    say(f"Mật khẩu mới nằm trong «{passwords}».", f"The new password is in «{passwords}».")
    _remind()


def _put(endpoints: list[Endpoint], passwords: Path) -> None:
    with passwords_file(passwords) as file:
        added = run(_add(endpoints, file))
    say(f"Đã ghi {len(endpoints)} hệ thống.", f"{len(endpoints)} endpoints written.")
    if added:
        say(
            f"Mật khẩu của {len(added)} hệ thống mới nằm trong «{passwords}».",
            f"The passwords of {len(added)} new endpoints are in «{passwords}».",
        )
        _remind()


async def _add(endpoints: list[Endpoint], file: PasswordWriter) -> list[str]:
    made = {endpoint.id: new_password() for endpoint in endpoints}
    async with administration() as registry:
        added = await registry.put_endpoints(
            [
                EndpointAccount(
                    id=endpoint.id,
                    name=endpoint.name,
                    password_hash=rabbit_hash(made[endpoint.id]),
                )
                for endpoint in endpoints
            ],
            actor(),
        )
    if added:
        file.write({endpoint: made[endpoint] for endpoint in added})
    return added


async def _set_password(endpoint: str, file: PasswordWriter) -> None:
    made = new_password()
    async with administration() as registry:
        await registry.set_password(endpoint, rabbit_hash(made), actor())
    file.write({endpoint: made})


async def _accounts() -> list[EndpointAccount]:
    async with administration() as registry:
        return await registry.endpoint_accounts()


def _remind() -> None:
    say("Tiếp theo: axis broker sync", "Next: axis broker sync")
