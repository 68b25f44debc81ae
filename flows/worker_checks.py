"""Whether the workers of a scheduler that exists already can do a build, found out before any work."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from prefect.client.orchestration import get_client
from prefect.runtime import flow_run
from prefect.settings import PREFECT_API_URL

from ecgfactory.errors import BadInputError
from ecgfactory.flows.task_runner import PlacedTaskRunner
from ecgfactory.line.placement import Placement
from ecgfactory.line.state import Build
from ecgfactory.session.workspace import Workspace

ENGINE_PACKAGES = ("prefect", "distributed")
"""What flow and workers talk through. A worker must have it, and all that decides bytes, in the flow's very version."""

REACH_TIMEOUT_S = 5.0


def check_workers(runner: PlacedTaskRunner, placement: Placement, build: Build) -> None:
    """Hold every worker against what the build needs of it.

    Raises
    ------
    BadInputError
        Naming every worker that has another version of Python or a package, does not see the session's workspace,
        can't reach the Prefect server, or lacks the GPU that was asked for.
    """
    packages = (*ENGINE_PACKAGES, *build.plan.versions)
    found: Any = runner.client.get_versions(packages=list(packages))
    wanted = _versions(found["client"], packages)
    others = {f"the scheduler {runner.address}": found["scheduler"]}
    others |= {f"worker {address}": versions for address, versions in found["workers"].items()}
    problems = [
        f"{who} has {difference}; install this version of ecgfactory there with the same constraints.txt."
        for who, versions in others.items()
        if (difference := _difference(_versions(versions, packages), wanted))
    ]
    if not problems:  # only now can our code be run there
        looks = runner.run_on_all(_look_around, str(build.workspace.root), build.plan.plan_id, str(flow_run.id))
        problems = [f"worker {address} {problem}" for address, lacks in looks.items() for problem in lacks]
    if not problems and build.plan.request.generator.device == "cuda":
        generating = placement.generating.resource
        workers = runner.client.scheduler_info()["workers"]
        problems = [
            f"worker {address} is to generate on 'cuda', but PyTorch finds no CUDA device there; "
            "give it one, or use generator.device: auto."
            for address, has_cuda in runner.run_on_all(_has_cuda).items()
            if not has_cuda and (generating is None or generating in workers[address]["resources"])
        ]
    if problems:
        raise BadInputError([f"workers.scheduler: {problem}" for problem in problems])


def _versions(description: Mapping[str, Any], packages: Sequence[str]) -> dict[str, str | None]:
    """Versions by package; of Python the first two numbers, of others without a build's own suffix (+cu128)."""
    found: dict[str, str | None] = description["packages"]
    versions = {package: (found.get(package) or "").partition("+")[0] or None for package in packages}
    return {"python": ".".join(str(found["python"]).split(".")[:2]), **versions}


def _difference(versions: Mapping[str, str | None], wanted: Mapping[str, str | None]) -> str:
    """Put in words what is other than wanted; empty when nothing is."""
    others = [package for package in wanted if versions[package] != wanted[package]]
    has = ", ".join(f"{package} {versions[package]}" if versions[package] else f"no {package}" for package in others)
    needs = ", ".join(f"{package} {wanted[package]}" for package in others)
    return f"{has}, where {needs} is needed" if others else ""


def _look_around(workspace_root: str, plan_id: str, flow_run_id: str) -> list[str]:
    """Describe, on a worker, what it can't see of the build."""
    return [problem for problem in (_workspace_problem(workspace_root, plan_id), _api_problem(flow_run_id)) if problem]


def _workspace_problem(workspace_root: str, plan_id: str) -> str | None:
    workspace = Workspace(Path(workspace_root))
    probe = workspace.scratch / f"probe-{uuid4()}"
    try:
        plan = workspace.read_plan()
        probe.touch()
        probe.unlink()
        if plan.plan_id != plan_id:
            reason = "it holds another plan"
        elif plan.checkpoint is not None and not Path(plan.checkpoint.path).is_file():
            return f"has no file {plan.checkpoint.path}; give generator.checkpoint a full path that every worker has."
        else:
            return None
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
    return (
        f"can't work in {workspace.root} ({reason}); choose as output a folder that every worker may write to under "
        "the same path."
    )


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


def _has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()
