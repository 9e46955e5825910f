from datetime import UTC, datetime, timedelta

from axis.web import throttle
from axis.web.throttle import MAX_FAILURES, WINDOW, Throttle

AT = datetime(2026, 11, 20, tzinfo=UTC)


def attempts(guard: Throttle, count: int, name: str = "a", address: str = "10.0.0.1") -> None:
    for _ in range(count):
        assert guard.attempt(name, address, AT) is None


def test_attempt_beyond_the_limit_waits_until_the_window_ends() -> None:
    guard = Throttle()
    attempts(guard, MAX_FAILURES)
    later = AT + timedelta(minutes=2)
    assert guard.attempt("a", "10.0.0.1", later) == WINDOW - timedelta(minutes=2)


def test_attempt_after_the_window_is_counted_anew() -> None:
    guard = Throttle()
    attempts(guard, MAX_FAILURES)
    assert guard.attempt("a", "10.0.0.1", AT + WINDOW) is None


def test_attempt_from_elsewhere_or_for_another_name_is_not_held_up() -> None:
    guard = Throttle()
    attempts(guard, MAX_FAILURES)
    attempts(guard, 1, name="b")
    attempts(guard, 1, address="10.0.0.2")


def test_success_forgets_the_wrong_attempts() -> None:
    guard = Throttle()
    attempts(guard, MAX_FAILURES)
    guard.succeeded("a", "10.0.0.1")
    attempts(guard, MAX_FAILURES)


def test_memory_beyond_its_limit_forgets_the_oldest(monkeypatch) -> None:
    monkeypatch.setattr(throttle, "MAX_REMEMBERED", 3)
    guard = Throttle()
    attempts(guard, MAX_FAILURES)
    for name in "bcd":
        attempts(guard, 1, name=name)
    assert len(guard) == 3
    attempts(guard, 1)
