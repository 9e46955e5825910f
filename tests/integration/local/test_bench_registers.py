"""The benchmark of registers compares what it says with a database that it made and drops."""

from axis.local.bench.registers import STEPS, measure_registers, register_table
from axis.local.servers import LocalServers

DOCUMENTS = 4_000
SENT = DOCUMENTS // 20
TAKEN = DOCUMENTS // 5

FOR_THE_REGISTER_MEGABYTES = 30
"""Room for its lines and for a portion of the axis's; the axis's side is twenty times as long."""


async def test_registers_are_compared_whole_in_memory_that_grows_with_them_alone(
    servers: LocalServers,
) -> None:
    done: list[int] = []
    costs = await measure_registers(servers.postgresql, DOCUMENTS, done.append)
    assert done == list(range(1, STEPS + 1))
    assert [(cost.side, cost.lines, cost.differences) for cost in costs] == [
        ("sent", 1, SENT - 1),
        ("sent", SENT, 0),
        ("taken", 1, TAKEN - 1),
        ("taken", TAKEN, 0),
    ]
    peaks = [cost.peak_megabytes for cost in costs]
    assert max(peaks) - min(peaks) < FOR_THE_REGISTER_MEGABYTES
    assert register_table(costs).row_count == 4
