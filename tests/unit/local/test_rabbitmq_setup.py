"""What a private RabbitMQ is told, without starting one."""

from pathlib import Path

import pytest

from axis.local.ports import BLOCK
from axis.local.rabbitmq_setup import RabbitPorts, configuration, environment

PORTS = RabbitPorts(24000)


def test_ports_differ_and_stay_inside_their_block() -> None:
    first_tool, last_tool = PORTS.tools
    single = [PORTS.amqp, PORTS.distribution, PORTS.epmd, PORTS.management, PORTS.metrics]
    ports = [*single, *range(first_tool, last_tool + 1)]

    assert len(set(ports)) == len(ports)
    assert all(0 <= port - PORTS.first < BLOCK for port in ports)


def test_configuration_opens_listeners_on_loopback_only() -> None:
    text = configuration(PORTS, admin="admin", password="secret", vhost="axis")

    addresses = [line for line in text.splitlines() if "listeners." in line or ".ip = " in line]
    assert len(addresses) == 3
    assert all("127.0.0.1" in line for line in addresses)


def test_environment_keeps_every_file_of_the_node_in_its_own_folders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RABBITMQ_MNESIA_BASE", "/var/lib/rabbitmq/mnesia")

    settings = environment(PORTS, name="axis-1", home=Path("/h"), data=Path("/h/data"))

    paths = [value for name, value in settings.items() if value.startswith("/") and name != "PATH"]
    assert len(paths) == 10
    assert all(path.startswith("/h/") or path == "/dev/null" for path in paths)
