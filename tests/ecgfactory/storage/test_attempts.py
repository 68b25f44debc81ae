"""The policy of attempts, without a store."""

from __future__ import annotations

import pytest

from ecgfactory.storage import attempts
from ecgfactory.storage.failure import Failure


class Stalled(Exception):
    pass


@pytest.mark.parametrize(("failures", "told"), [(1, 0), (attempts.TOLD_AFTER, 1), (attempts.TOLD_AFTER + 3, 1)])
def test_who_waits_is_told_once(
    failures: int, told: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(attempts, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(attempts, "LONGEST_WAIT_S", 0.001)
    left = [Stalled() for _ in range(failures)]

    def request() -> str:
        if left:
            raise left.pop()
        return "done"

    assert attempts.with_attempts("s3://bucket", request, lambda error: Failure("passing", "no route")) == "done"
    sentences = [record.getMessage() for record in caplog.records]
    assert sentences == ["s3://bucket does not answer well (no route); trying for up to 120 s"] * told
