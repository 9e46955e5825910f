"""`axis database`: the schema of PostgreSQL."""

import asyncpg
import typer

from axis.cli.output import say
from axis.cli.running import database_errors, run
from axis.exchange.faults import StoreUnavailableError
from axis.settings import load_settings
from axis.store.migrate import migrate as apply_migrations
from axis.store.pool import CONNECT_TIMEOUT_SECONDS

app = typer.Typer(
    name="database", no_args_is_help=True, help="Cơ sở dữ liệu · The database's schema."
)


@app.callback()
def database_noun() -> None:
    """Keep `migrate` a command of its own."""


@app.command()
def migrate() -> None:
    """Nâng cấp lược đồ; chạy lại vô hại · Bring the schema up to date; safe to repeat."""
    applied = run(_migrate())
    for name in applied:
        typer.echo(name)
    if not applied:
        say("Lược đồ đã mới nhất.", "The schema is up to date.")


async def _migrate() -> list[str]:
    dsn = load_settings().store.address
    with database_errors():
        try:
            connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_SECONDS)
        except (OSError, TimeoutError) as error:
            raise StoreUnavailableError(f"PostgreSQL: {type(error).__name__}: {error}") from error
        try:
            return await apply_migrations(connection)
        finally:
            await connection.close()
