"""How a batch is cut into parts for the workers."""

from hypothesis import given
from hypothesis import strategies as st

from axis.workers.workbench import _parts


@given(st.lists(st.integers()), st.integers(1, 16))
def test_parts_are_the_batch_in_its_order_and_about_equal(items: list[int], count: int) -> None:
    parts = _parts(items, count)
    assert [item for part in parts for item in part] == items
    assert len(parts) <= count
    assert all(parts)
    sizes = [len(part) for part in parts[:-1]]
    assert len(set(sizes)) <= 1
