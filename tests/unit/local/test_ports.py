"""Port blocks are free and never shared."""

import socket

import pytest

from axis.local import ports
from axis.local.ports import (
    BLOCK,
    FIRST_PORT,
    LAST_LONE_PORT,
    LAST_PORT,
    lasting_port,
    port_is_free,
    reserved_block,
)
from axis.local.processes import LocalServerError


def test_block_without_preference_lies_in_the_range_and_is_free() -> None:
    with reserved_block(None) as first:
        assert FIRST_PORT <= first < LAST_PORT
        assert all(port_is_free(port) for port in range(first, first + BLOCK))


def test_preferred_block_that_is_free_is_taken_again() -> None:
    with reserved_block(None) as first:
        pass

    with reserved_block(first) as again:
        assert again == first


def test_block_reserved_by_another_start_is_left_alone() -> None:
    with reserved_block(None) as first, reserved_block(first) as other:
        assert other != first


def test_block_with_one_port_in_use_is_left_alone() -> None:
    with reserved_block(None) as first:
        pass

    with (
        socket.create_server(("127.0.0.1", first + BLOCK - 1)),
        reserved_block(first) as other,
    ):
        assert other != first


def test_port_in_use_on_all_addresses_is_not_free() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:
        assert not port_is_free(server.getsockname()[1])


def test_every_block_in_use_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "port_is_free", lambda port: False)

    with pytest.raises(LocalServerError, match="no free block"), reserved_block(None):
        pass


def test_lasting_port_is_free_and_taken_by_neither_blocks_nor_outgoing_connections() -> None:
    port = lasting_port()

    assert LAST_PORT <= port <= LAST_LONE_PORT < 32_768
    assert port_is_free(port)


def test_lasting_port_when_all_are_taken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "port_is_free", lambda port: False)

    with pytest.raises(LocalServerError, match="no free port"):
        lasting_port()
