"""Both private servers together, and beside others on one machine."""

import stat
from ipaddress import ip_address
from pathlib import Path

from axis.local.servers import LocalServers

LISTENING = "0A"


def listening() -> set[tuple[str, int]]:
    """Return (address, port) of every socket that listens for TCP, from the kernel's tables."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == LISTENING:
                address, port = local.split(":")
                found.add((_address(address), int(port, 16)))
    return found


def _address(text: str) -> str:
    # Words of 4 bytes in the machine's (little-endian) order.
    raw = bytes.fromhex(text)
    return str(ip_address(b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))))


async def test_second_checkout_beside_a_running_one_shares_nothing_and_stays_on_loopback(
    servers: LocalServers, tmp_path: Path
) -> None:
    before = listening()
    other = LocalServers(tmp_path / "other")
    try:
        await other.start()
        opened = listening() - before

        assert {other.rabbitmq.port, other.postgresql.port} <= {port for _, port in opened}
        assert all(ip_address(address).is_loopback for address, _ in opened)
        for ours, theirs in (
            (servers.rabbitmq, other.rabbitmq),
            (servers.postgresql, other.postgresql),
        ):
            assert ours.port != theirs.port
            assert set(ours.pids()).isdisjoint(theirs.pids())
        assert all(server.ready for server in await servers.status())
    finally:
        await other.delete()
    assert not (tmp_path / "other").exists()


async def test_secrets_are_readable_by_their_owner_only(servers: LocalServers) -> None:
    secrets = [
        servers.rabbitmq.place.folder / "admin.password",
        servers.rabbitmq.place.home / "rabbitmq.conf",
        servers.postgresql.place.folder / "superuser.password",
    ]

    assert [stat.S_IMODE(path.stat().st_mode) for path in secrets] == [0o600] * 3
