"""`axis broker`: RabbitMQ brought in line with the registry."""

import typer

from axis.broker.management import Management
from axis.broker.topology import Account
from axis.cli.output import say
from axis.cli.running import database, run
from axis.clock import system_clock
from axis.errors import ConfigurationError
from axis.secret_files import read_secret
from axis.settings import Settings, load_settings
from axis.store.registry import PostgresAdministration

app = typer.Typer(name="broker", no_args_is_help=True, help="RabbitMQ theo danh bạ · RabbitMQ.")


@app.callback()
def broker() -> None:
    """Keep `sync` a command of its own."""


@app.command()
def sync() -> None:
    """Tạo hàng đợi, tài khoản, quyền còn thiếu · Create missing queues, accounts, permissions.

    Chạy lại vô hại; gói tin trong hàng đợi giữ nguyên. · Safe to repeat; messages stay.
    """
    queues, endpoints = run(_sync(load_settings()))
    say(
        f"{queues} hàng đợi cho {endpoints} hệ thống đã sẵn sàng.",
        f"{queues} queues for {endpoints} endpoints are ready.",
    )


async def _sync(settings: Settings) -> tuple[int, int]:
    password_file = settings.broker.management_password_file
    if password_file is None:
        raise ConfigurationError(
            "Chưa đặt tệp mật khẩu quản trị RabbitMQ (broker.management_password_file)."
            " / The file of RabbitMQ's management password is not set"
            " (broker.management_password_file)."
        )
    async with database(settings) as pool:
        known = await PostgresAdministration(pool, system_clock).endpoint_accounts()
    management = Management(
        settings.broker.management_url,
        settings.broker.management_user,
        read_secret(password_file),
    )
    accounts = [Account(account.id, account.password_hash) for account in known]
    count = await management.sync(settings.broker.vhost, accounts, router=settings.broker.account)
    return count, len(accounts)
