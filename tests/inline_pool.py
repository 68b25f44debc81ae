"""A pool without processes: jobs are done by whoever waits for them, one at a time, in an order that a test chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ecgfactory.pools.pool import Ended, Job, Slots


def call(job: Job) -> Any:
    """Do a job as a worker would."""
    return job.function(**job.parameters)


class InlinePool:
    """Does jobs in this process.

    Parameters
    ----------
    slots : Slots
        What it says of itself.
    choose : callable
        Of so many waiting jobs, the place of the one that ends next.
    do : callable
        Does a job.
    """

    def __init__(
        self,
        slots: Slots | None = None,
        choose: Callable[[int], int] = lambda waiting: 0,
        do: Callable[[Job], Any] = call,
    ) -> None:
        self.slots = slots or Slots(0, 1)
        self._choose, self._do = choose, do
        self._waiting: list[Job] = []

    def __enter__(self) -> InlinePool:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def start(self, job: Job) -> None:
        self._waiting.append(job)

    def prepare(self, modules: Sequence[str]) -> None:
        return None

    def ended(self) -> list[Ended]:
        assert self._waiting, "nothing is in flight and the build waits: it would hang"
        job = self._waiting.pop(self._choose(len(self._waiting)))
        try:
            return [Ended(job, self._do(job))]
        except Exception as error:
            return [Ended(job, error=error)]
