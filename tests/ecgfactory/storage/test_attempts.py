from __future__ import annotations

import pytest

from ecgfactory.storage import attempts
from ecgfactory.storage.attempts import checked, with_attempts
from ecgfactory.storage.failure import Failure


class NoLongerOursError(Exception):
    """What a check raises."""


def test_a_check_comes_before_each_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first attempt may be long ago when the store answers again, and much may have happened."""
    monkeypatch.setattr(attempts, "FIRST_WAIT_S", 0.0)
    made: list[str] = []

    def check() -> None:
        made.append("check")
        if made.count("check") == 3:
            raise NoLongerOursError

    def request() -> None:
        made.append("request")
        raise ConnectionError

    def failure_of(error: BaseException) -> Failure | None:
        return Failure("passing", "cut") if isinstance(error, ConnectionError) else None

    with pytest.raises(NoLongerOursError), checked(check):
        with_attempts(request, failure_of)
    assert made == ["check", "request", "check", "request", "check"]
