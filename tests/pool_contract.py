"""What every pool of workers must do, tried on real workers: a pool's test inherits this and gives the pool."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.pools.pool import ATTEMPTS, DEATHS_ALLOWED, Ended, Job, Pool, WorkersDiedError


def double(number: int) -> int:
    return 2 * number


def refuse(what: str) -> None:
    raise BadInputError([f"{what}: no."])


def note_and_fail(folder: str) -> None:
    (Path(folder) / f"{time.monotonic_ns()}").touch()
    raise OSError(5, "Input/output error")


def fail_once(folder: str) -> str:
    mark = Path(folder) / "failed"
    if mark.exists():
        return "passed"
    mark.touch()
    raise RuntimeError("not yet")


def die_once(folder: str) -> str:
    mark = Path(folder) / "died"
    if mark.exists():
        return "survived"
    mark.touch()
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def die(folder: str) -> None:
    (Path(folder) / f"{time.monotonic_ns()}").touch()
    os.kill(os.getpid(), signal.SIGKILL)


def process_id() -> int:
    time.sleep(0.2)
    return os.getpid()


def working_folder() -> str:
    time.sleep(0.2)
    return tempfile.gettempdir()


def sleep_long() -> None:
    time.sleep(60)


def results(pool: Pool, jobs: Sequence[Job]) -> list[Ended]:
    """Start jobs and wait for all of them; in the order in which they were started."""
    for job in jobs:
        pool.start(job)
    ended: dict[Job, Ended] = {}
    deadline = time.monotonic() + 120
    while len(ended) < len(jobs):
        assert time.monotonic() < deadline, "jobs do not end"
        ended |= {one.job: one for one in pool.ended()}
    return [ended[job] for job in jobs]


class PoolContract:
    """Inherited by the test of each pool, with a fixture `pool` of at least two CPU workers."""

    def job(self, pool: Pool, function: Any, **parameters: Any) -> Job:
        return Job(function, parameters, "CPU" if pool.slots.are_declared else None)

    def test_it_tells_its_slots(self, pool: Pool) -> None:
        assert pool.slots.cpu >= 2

    def test_every_job_ends_once_with_what_its_function_returned(self, pool: Pool) -> None:
        ended = results(pool, [self.job(pool, double, number=number) for number in range(20)])
        assert [one.result() for one in ended] == [2 * number for number in range(20)]
        assert pool.ended() == []

    def test_jobs_are_done_by_several_processes_that_are_not_this_one(self, pool: Pool) -> None:
        ids = {one.result() for one in results(pool, [self.job(pool, process_id) for _ in range(6)])}
        assert len(ids) >= 2
        assert os.getpid() not in ids

    def test_what_the_user_is_to_read_comes_back_as_it_was_and_is_not_tried_again(self, pool: Pool) -> None:
        (ended,) = results(pool, [self.job(pool, refuse, what="name")])
        with pytest.raises(BadInputError) as told:
            ended.result()
        assert told.value.problems == ["name: no."]

    def test_what_the_machine_may_have_caused_is_tried_again(self, pool: Pool, tmp_path: Path) -> None:
        (once, always) = results(
            pool,
            [self.job(pool, fail_once, folder=str(tmp_path)), self.job(pool, note_and_fail, folder=str(tmp_path))],
        )
        assert once.result() == "passed"
        with pytest.raises(OSError, match="Input/output error"):
            always.result()
        assert len(list(tmp_path.glob("[0-9]*"))) == ATTEMPTS

    def test_a_worker_that_dies_is_replaced_and_its_job_done(self, pool: Pool, tmp_path: Path) -> None:
        jobs = [self.job(pool, die_once, folder=str(tmp_path)), *(self.job(pool, double, number=n) for n in range(9))]
        first, *others = results(pool, jobs)
        assert first.result() == "survived"
        assert [one.result() for one in others] == [2 * number for number in range(9)]

    def test_a_job_whose_workers_die_again_and_again_is_given_up(self, pool: Pool, tmp_path: Path) -> None:
        (ended,) = results(pool, [self.job(pool, die, folder=str(tmp_path))])
        with pytest.raises(WorkersDiedError):
            ended.result()
        assert len(list(tmp_path.iterdir())) == DEATHS_ALLOWED + 1
        (after,) = results(pool, [self.job(pool, double, number=4)])
        assert after.result() == 8, "and the pool goes on"
