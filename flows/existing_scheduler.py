"""Dask workers of a scheduler that exists already."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import dask
from distributed import Security
from distributed.comm.core import connect

from ecgfactory.errors import BadInputError
from ecgfactory.flows.admission import AdmittedWorkers
from ecgfactory.flows.dask_workers import DASK
from ecgfactory.flows.task_runner import PlacedTaskRunner
from ecgfactory.flows.worker_checks import WorkerChecks
from ecgfactory.line.state import Build
from ecgfactory.request.build_request import WorkersRequest

CONNECT_TIMEOUT_S = 10.0
WORKERS_TIMEOUT_S = 10.0
"""How long a scheduler may be without workers at first."""


@contextlib.contextmanager
def connected(build: Build) -> Iterator[AdmittedWorkers]:
    """Connect to the scheduler that a request names, wait a moment for its first worker, and check all that it has.

    Raises
    ------
    BadInputError
        When it does not answer, has no workers, or one of them can't do the build.
    """
    asked = build.plan.request.workers
    assert asked.scheduler is not None
    security = _security(asked)
    settings = {"security": security, "timeout": CONNECT_TIMEOUT_S}
    with dask.config.set(DASK), PlacedTaskRunner(address=asked.scheduler, client_kwargs=settings) as runner:
        try:
            _have_answered(asked.scheduler, security)
            runner.client  # noqa: B018 (connects)
        except (OSError, MemoryError, ValueError, struct.error) as error:  # as other protocols are taken for sizes
            raise BadInputError(
                f"workers.scheduler: no Dask scheduler answers at {asked.scheduler} ({_words(error)}); start one with "
                "`dask scheduler`, or leave the key out to use this machine."
            ) from None
        try:
            runner.client.wait_for_workers(1, timeout=WORKERS_TIMEOUT_S)
        except TimeoutError:
            raise BadInputError(
                f"workers.scheduler: {asked.scheduler} has no workers; start some with `dask worker {asked.scheduler}`."
            ) from None
        with runner.client.as_current():  # so that `distributed.wait` finds it
            workers = AdmittedWorkers(runner, WorkerChecks(runner, build), build.plan.request.generator.device)
            try:
                yield workers
            finally:
                workers.release()


def _have_answered(scheduler: str, security: Security | None) -> None:
    """Have a scheduler answer once: Dask's client would wait without end for one that takes a connection and is silent.

    Raises
    ------
    OSError
        When it does not; TimeoutError when it says nothing.
    MemoryError, ValueError, struct.error
        When what answers is no scheduler.
    """
    settings = security.get_connection_args("client") if security else {}

    async def answered() -> None:
        connection = await asyncio.wait_for(
            connect(scheduler, timeout=CONNECT_TIMEOUT_S, **settings), CONNECT_TIMEOUT_S + 1
        )
        await connection.close()

    with ThreadPoolExecutor(1) as thread:  # a notebook has a loop of its own in this one
        thread.submit(asyncio.run, answered()).result()


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"what listens there has said nothing for {CONNECT_TIMEOUT_S:g} s"
    if not isinstance(error, OSError):
        return "what answers there is none"
    cause = error.__cause__ or error
    return " ".join(str(cause).split()) or type(cause).__name__


def _security(asked: WorkersRequest) -> Security | None:
    if asked.scheduler is None or not asked.scheduler.startswith("tls://"):
        return None
    return Security(
        require_encryption=True,
        tls_ca_file=asked.tls_ca,
        tls_client_cert=asked.tls_cert,
        tls_client_key=asked.tls_key,
    )
