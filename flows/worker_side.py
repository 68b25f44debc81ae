"""What a Dask worker of a scheduler that exists already does before and after its jobs for a build; called there."""

from __future__ import annotations

import contextlib
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from distributed import Worker
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL

from ecgfactory.errors import EcgFactoryError
from ecgfactory.request.plan import Plan
from ecgfactory.session.scratch import remove_scratch
from ecgfactory.session.workspace import KEPT_FILE, MADE, Workspace
from ecgfactory.storage.attempts import while_someone_waits
from ecgfactory.storage.fetched import fetched_files
from ecgfactory.storage.place import is_address
from ecgfactory.storage.probe import store_problem
from ecgfactory.storage.process_folder import own_folders, process_folders_below
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath
from ecgfactory.tasks.holder import answer_others

REACH_TIMEOUT_S = 5.0


def look_around(worker: Worker, address: str, plan_id: str, flow_run_id: str) -> list[str]:
    """Get ready for a build; describe what this worker can't use of it.

    Parameters
    ----------
    worker : Worker
        This one.
    address : str
        Of the session's workspace.
    plan_id : str
        The plan that must be there.
    flow_run_id : str
        The run that the Prefect server must know.
    """
    stop_profiling(worker)
    problem = own_disk_problem(worker, address, plan_id) if is_address(address) else workspace_problem(address, plan_id)
    return [problem for problem in (problem, _api_problem(flow_run_id)) if problem]


def forget(_worker: Worker, address: str) -> None:
    """Remove what this worker still has, on a disk of its own, of a build that keeps its work in a store."""
    _forget(StorePath.parse(address))


def _forget(kept: StorePath) -> None:
    output = kept.parent.parent
    fetched_files().forget(output)
    remove_scratch(kept)


def _forget_what_is_over() -> None:
    """Remove what flows that were killed have left here, where others have ended their sessions since."""
    for note in [folder / KEPT_FILE for folder in own_folders()]:
        with contextlib.suppress(FileNotFoundError, StoreError):
            kept = StorePath.parse(note.read_text(encoding="utf-8"))
            if not Workspace.is_there(str(kept)):
                _forget(kept)


def stop_profiling(worker: Worker) -> None:
    """Have a worker sample the stacks of its threads no more, where Python may stop dead in that: before 3.12.

    There, garbage may be collected while the list of threads is locked, and whoever starts or ends a thread meanwhile
    may wait for ever; see python/cpython#106883. What talks to stores makes such garbage and such threads.
    """
    profile = worker.periodic_callbacks.get("profile")
    if profile is not None and sys.version_info < (3, 12):
        worker.loop.add_callback(profile.stop)


def has_cuda(_worker: Worker) -> bool:
    """Whether this worker can generate on a GPU."""
    import torch

    return torch.cuda.is_available()


def workspace_problem(root: str, plan_id: str) -> str | None:
    """Describe what keeps this worker from working in a folder that it shares with the flow."""
    workspace = Workspace(Path(root))
    probe = workspace.scratch / f"probe-{uuid4()}"
    try:
        plan = workspace.read_plan()
        probe.touch()
        probe.unlink()
    except (OSError, ValueError) as error:
        reason = _words(error)
    else:
        return _plan_problem(plan, plan_id)
    return (
        f"can't work in {workspace.root} ({reason}); choose as output a folder that every worker may write to under "
        "the same path, or a store."
    )


def own_disk_problem(worker: Worker, address: str, plan_id: str) -> str | None:
    """Describe what keeps this worker from working on a disk of its own, for a session that is kept in a store."""
    kept = StorePath.parse(address)
    try:
        process_folders_below(Path(worker.local_directory))
        _forget(kept)  # of a build that was killed
        answer_others(worker)
        with while_someone_waits():
            _forget_what_is_over()
            plan = Workspace.at(address).read_plan()
        _forget(kept)  # the build may end before this worker gets a job of it
        reason = store_problem(kept / MADE)
    except OSError as error:
        if not isinstance(error, FileNotFoundError) or error.filename is not None:
            where = worker.local_directory
            return f"can't write to {where} ({_words(error)}); start it with a --local-directory that it can write to."
        reason = "the session's plan is not there"
    except (EcgFactoryError, ImportError, ValueError) as error:
        reason = _words(error)
    if reason is not None:
        return (
            f"can't use {kept} ({reason.rstrip('.')}); give it what the flow has: the provider's package, credentials "
            "where the provider's own tools look for them, and the variable that names the endpoint."
        )
    return _plan_problem(plan, plan_id)


def _plan_problem(plan: Plan, plan_id: str) -> str | None:
    if plan.plan_id != plan_id:
        return f"finds plan {plan.plan_id} where {plan_id} should be; give it the output that the flow has."
    if plan.checkpoint is None or Path(plan.checkpoint.path).is_file():
        return None
    return f"has no file {plan.checkpoint.path}; give generator.checkpoint a full path that every worker has."


def _api_problem(flow_run_id: str) -> str | None:
    url = PREFECT_API_URL.value()
    parts = urlsplit(url or "")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname or "", port), REACH_TIMEOUT_S).close()
        with get_client(sync_client=True) as client:
            client.read_flow_run(UUID(flow_run_id))
    except Exception as error:
        return (
            f"can't reach this build's Prefect server at {url} ({' '.join(str(error).split())[:100]}); set "
            "PREFECT_API_URL, where the build runs, to an address of the server that every worker can reach."
        )
    return None


def _words(error: Exception) -> str:
    return " ".join(str(getattr(error, "strerror", None) or error).split()).rstrip(".")
