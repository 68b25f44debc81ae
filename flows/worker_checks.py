"""Whether the workers of a scheduler that exists already can do a build, found out before they get any of its work."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from distributed.versions import get_versions
from prefect.runtime import flow_run

from ecgfactory.errors import BadInputError
from ecgfactory.flows.task_runner import PlacedTaskRunner
from ecgfactory.flows.worker_side import forget, has_cuda, look_around
from ecgfactory.line.placement import Placement
from ecgfactory.line.state import Build
from ecgfactory.session.lease import LeaseLostError

ENGINE_PACKAGES = ("prefect", "distributed")
"""What flow and workers talk through. A worker must have it, and all that decides bytes, in the flow's very version."""


class WorkerChecks:
    """What a build needs of its workers, and of their scheduler.

    Parameters
    ----------
    runner : PlacedTaskRunner
        Connected to the scheduler.
    build : Build
        What is to be done.
    """

    def __init__(self, runner: PlacedTaskRunner, build: Build) -> None:
        self._runner, self._build = runner, build
        self._flow_run_id = str(flow_run.id)
        self._packages = (*ENGINE_PACKAGES, *build.plan.versions)
        self._wanted = _versions(get_versions(self._packages), self._packages)

    def scheduler_problems(self) -> list[str]:
        """Describe what the scheduler lacks."""
        found = self._runner.client.run_on_scheduler(get_versions, self._packages)
        return self._version_problems(f"the scheduler {self._runner.address}", found)

    def problems(self, workers: Mapping[str, Mapping[str, Any]], placement: Placement) -> list[tuple[str, str]]:
        """Hold workers against what the build needs of them; those that lack nothing are ready to work then.

        Parameters
        ----------
        workers : mapping of str to mapping
            Dask's descriptions, by address.
        placement : Placement
            What kinds of workers do.

        Returns
        -------
        list of (str, str)
            Addresses, and what is wrong there in a full sentence: another version of Python or a package, the
            session's workspace or store can't be used, or the Prefect server can't be reached, or there is no GPU
            where one was asked for.
        """
        versions_of = self._runner.run_plainly_on(list(workers), get_versions, self._packages)
        problems = [
            (address, problem)
            for address, versions in versions_of.items()
            for problem in self._version_problems(f"worker {address}", versions)
        ]
        fit = self._without(workers, problems)  # only there can our code be run
        looks = self._runner.run_on(fit, look_around, self._build.address, self._build.plan.plan_id, self._flow_run_id)
        for address, lacks in looks.items():
            if isinstance(lacks, Exception):
                problems.append((address, unasked_problem(f"worker {address}", lacks)))
            else:
                problems += [(address, f"worker {address} {lack}") for lack in lacks]
        if self._build.plan.request.generator.device == "cuda":
            generating = placement.generating.resource
            fit = [
                address
                for address in self._without(workers, problems)
                if generating is None or generating in workers[address]["resources"]
            ]
            problems += [
                (
                    address,
                    f"worker {address} is to generate on 'cuda', but PyTorch finds no CUDA device there; give it one, "
                    "or use generator.device: auto.",
                )
                for address, found in self._runner.run_on(fit, has_cuda).items()
                if found is not True
            ]
        return problems

    def release(self, workers: Sequence[str]) -> None:
        """Have workers remove what they still have of the build on disks of their own.

        Nothing once another session may have the plan: it may use the same workers by now.
        """
        lease = self._build.workspace.lease
        if lease is not None:
            with contextlib.suppress(LeaseLostError):
                lease.check()
                self._runner.run_on(workers, forget, self._build.address)

    def _version_problems(self, who: str, found: Any) -> list[str]:
        if isinstance(found, Exception):
            return [unasked_problem(who, found)]
        difference = _difference(_versions(found, self._packages), self._wanted)
        return (
            [f"{who} has {difference}; install this version of ecgfactory there with the same constraints.txt."]
            if difference
            else []
        )

    @staticmethod
    def _without(workers: Mapping[str, Any], problems: Sequence[tuple[str, str]]) -> list[str]:
        unfit = {address for address, _ in problems}
        return [address for address in workers if address not in unfit]


def check_workers(checks: WorkerChecks, workers: Mapping[str, Mapping[str, Any]], placement: Placement) -> None:
    """Check the scheduler, and the workers that it has at first.

    Raises
    ------
    BadInputError
        Naming every one that can't do the build.
    """
    problems = checks.scheduler_problems() or [problem for _, problem in checks.problems(workers, placement)]
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


def unasked_problem(who: str, error: Exception) -> str:
    """Put in words that what is checked could not be found out."""
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return f"{who} can't be asked ({reason}); look at its log."
