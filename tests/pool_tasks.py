"""The functions of the pool contract as Prefect tasks, which workers find by their names."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from prefect import Task, task

from ecgfactory.tasks.jobs import ON_WORKERS
from tests import pool_contract

SETTINGS = ON_WORKERS | {"retry_delay_seconds": 0}


@task(**SETTINGS)
def double(number: int) -> int:
    return pool_contract.double(number)


@task(**SETTINGS)
def refuse(what: str) -> None:
    pool_contract.refuse(what)


@task(**SETTINGS)
def note_and_fail(folder: str) -> None:
    pool_contract.note_and_fail(folder)


@task(**SETTINGS)
def fail_once(folder: str) -> str:
    return pool_contract.fail_once(folder)


@task(**SETTINGS)
def die_once(folder: str) -> str:
    return pool_contract.die_once(folder)


@task(**SETTINGS)
def die(folder: str) -> None:
    pool_contract.die(folder)


@task(**SETTINGS)
def process_id() -> int:
    return pool_contract.process_id()


@task(**SETTINGS)
def working_folder() -> str:
    return pool_contract.working_folder()


TASKS: dict[Callable[..., Any], Task[Any, Any]] = {
    getattr(pool_contract, made.fn.__name__): made
    for made in (double, refuse, note_and_fail, fail_once, die_once, die, process_id, working_folder)
}

made: queue.Queue[Any] = queue.Queue()
over = threading.Event()
"""For a flow that holds a pool for tests: what it made, and when it may end. Not beside it: a flow is sent to workers
with what its function names, and these can't be sent.
"""
