"""The protocol of a pool of workers: processes of this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ecgfactory.errors import EcgFactoryError

Resource = Literal["GPU", "CPU"]
"""A kind of worker; a worker of a kind takes one job of that kind at a time."""

ATTEMPTS = 3
"""How often a job is tried when it fails for reasons that may lie in the machine."""

DEATHS_ALLOWED = 2
"""A job whose worker dies more often than this is given up."""

LOOK_INTERVAL_S = 0.5
"""The longest that `Pool.ended` waits."""


class WorkersDiedError(EcgFactoryError):
    """The worker of a job died again and again."""


@dataclass(frozen=True, eq=False)
class Job:
    """A function that a worker calls; each job is only equal to itself.

    Parameters
    ----------
    function : callable
        A function at the top of a module, that both sides can import.
    parameters : mapping of str to value
        Its arguments; small, since they are sent.
    resource : {'GPU', 'CPU'} or None
        The kind of worker that it needs; None where workers declare none.
    """

    function: Callable[..., Any]
    parameters: Mapping[str, Any]
    resource: Resource | None = None


@dataclass(frozen=True)
class Ended:
    """A job that has ended.

    Parameters
    ----------
    job : Job
        The job.
    value : object
        What its function returned.
    error : Exception or None
        What it raised instead; `WorkersDiedError` where its workers died.
    """

    job: Job
    value: Any = None
    error: Exception | None = None

    def result(self) -> Any:
        """Return what the function returned, or raise what it raised."""
        if self.error is not None:
            raise self.error
        return self.value


@dataclass(frozen=True)
class Slots:
    """How many jobs the workers take at a time.

    Parameters
    ----------
    gpu, cpu : int
        Jobs that need a GPU worker, and a CPU worker.
    are_declared : bool
        Whether the workers declare which kind they are; otherwise all are CPU workers.
    """

    gpu: int
    cpu: int
    are_declared: bool = True


class Pool(Protocol):
    """Workers that are ready to take jobs."""

    @property
    def slots(self) -> Slots:
        """How many jobs it takes at a time."""

    def start(self, job: Job) -> None:
        """Have a job done by a worker, now or as soon as one is free."""

    def ended(self) -> Sequence[Ended]:
        """Wait a moment, `LOOK_INTERVAL_S` at most, and return the jobs that have ended since the last call.

        Raises
        ------
        BuildCancelledError
            When somebody wants no more of the work.
        BuildFailedError
            When there are no workers any more that could end it.
        """

    def prepare(self, modules: Sequence[str]) -> None:
        """Get ready, during other work, for jobs that will need these modules; a pool may ignore it."""


def may_pass_next_time(error: BaseException) -> bool:
    """Return whether to try a failed job again: when the machine may be the cause, not the user's input."""
    return isinstance(error, Exception) and not isinstance(error, EcgFactoryError)
