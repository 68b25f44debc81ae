"""`ecgfactory submit`."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ecgfactory.cli.interrupt import STOPPED, interruptible
from ecgfactory.cli.output import console, print_rows
from ecgfactory.cli.progress import watch
from ecgfactory.documents.reading import load
from ecgfactory.errors import (
    BadInputError,
    BuildCancelledError,
    BuildFailedError,
    EcgFactoryError,
    HopelessYieldError,
)
from ecgfactory.flows.configured import check_configured
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.preflight import file_problems, with_absolute_paths

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

    from ecgfactory.flows.submission import SubmittedRun

POLL_INTERVAL_S = 1.0
WAITING_POLL_INTERVAL_S = 3.0
"""Between looks at a run that works, and at one that waits, for hours maybe."""

PATIENCE_S = 60.0
"""While a run is watched, a server that does not answer is asked again for this long."""


class WatchingStoppedError(EcgFactoryError):
    """The user stopped waiting for the end of the run."""

    exit_code = STOPPED


def load_submission(file: Path, settings: Sequence[str] = ()) -> BuildRequest:
    """Read and check a request; its paths are made absolute.

    Disk space and devices are checked by the worker, whose they are.
    """
    return with_absolute_paths(load(file, BuildRequest, file_problems, settings))


def submit_file(file: Path, settings: Sequence[str], is_watched: bool) -> None:
    """Hand a request to the build deployment; if watched, wait until its run ends and say how."""
    request = load_submission(file, settings)
    check_configured()
    from ecgfactory.flows.server import usable_server  # Prefect, only once there is something to submit
    from ecgfactory.flows.submission import submit

    with usable_server():
        run = submit(request)
        console().print(f"submitted: {run.url}")
        if is_watched:
            try:
                with interruptible():
                    ended = _watch(run, request)
            except KeyboardInterrupt:
                raise WatchingStoppedError(f"no longer watched; the run goes on: {run.url}") from None
            _tell(run, ended)


def _watch(run: SubmittedRun, request: BuildRequest) -> FlowRun:
    """Show progress until the run has ended in whatever way."""
    from ecgfactory.flows.server import ServerUnreachableError

    answered, standing = time.monotonic(), ""
    with watch(request.name, request.records) as watcher:
        while True:
            try:
                seen = run.look()
                standing = run.standing(seen)
                watcher.show(run.progress(), standing)
                answered = time.monotonic()
                if seen.state is not None and seen.state.is_final():
                    return seen
            except ServerUnreachableError:
                if time.monotonic() - answered > PATIENCE_S:
                    raise
            time.sleep(WAITING_POLL_INTERVAL_S if standing else POLL_INTERVAL_S)


def _raise_told(message: str) -> None:
    """Raise the error that ended a run, where it is one of ours: Prefect has put words and its class before it."""
    from ecgfactory.session.lease import LeaseLostError
    from ecgfactory.storage.store import StoreError

    ours = (BadInputError, BuildFailedError, HopelessYieldError, LeaseLostError, StoreError)
    found = re.fullmatch(r"[\w ]+: (\w+): (.+)", message, re.DOTALL)
    for kind in ours:
        if found and found[1] == kind.__name__:
            raise kind(found[2])


def _tell(run: SubmittedRun, ended: FlowRun) -> None:
    assert ended.state is not None
    if ended.state.is_completed():
        print_rows(run.summary())
        return
    message = ended.state.message or "no reason was given"
    _raise_told(message)
    reason = " ".join(message.split())
    if ended.state.is_cancelled():
        raise BuildCancelledError("the run was cancelled; the same request goes on from what is committed")
    more = "; the same request goes on from what is committed" if ended.state.is_crashed() else ""
    raise BuildFailedError(f"the run {str(ended.state.name).lower()}: {reason.rstrip('.')}{more}")
