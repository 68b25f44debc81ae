"""Tasks that run in the flow's own process, once per build."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from ecgfactory.line import steps
from ecgfactory.line.state import Build
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan
from ecgfactory.session.lease import Lease


@task(cache_policy=NO_CACHE, persist_result=False)
def plan_dataset(request: BuildRequest) -> Plan:
    """Check the request against this machine and resolve it: seed, weights, policy, shards."""
    return steps.plan_dataset(request)


@task(cache_policy=NO_CACHE, persist_result=False)
def find_published(plan: Plan, lease: Lease | None) -> bool:
    """Return whether the plan's dataset is there already; check it, and finish what its session may not have."""
    return steps.find_published(plan, lease)


@task(cache_policy=NO_CACHE, persist_result=False)
def assemble(build: Build) -> None:
    """Lay out the chosen shards as a dataset; count what it holds."""
    steps.assemble(build)


@task(cache_policy=NO_CACHE, persist_result=False)
def describe(build: Build) -> None:
    """Write the dataset card and the Croissant metadata."""
    steps.describe(build)


@task(cache_policy=NO_CACHE, persist_result=False)
def seal(build: Build) -> None:
    """Write the sums of all files and then the manifest."""
    steps.seal(build)


@task(cache_policy=NO_CACHE, persist_result=False)
def publish_dataset(build: Build) -> None:
    """Make the dataset appear under its name, and remove what dead sessions of its plan left."""
    steps.publish_dataset(build)
