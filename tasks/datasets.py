"""Tasks that run in the flow's own process, once a build."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from ecgfactory.build import assembly
from ecgfactory.dataset import card, croissant, manifest, publish, verify
from ecgfactory.dataset.manifest import Counts
from ecgfactory.errors import BadInputError
from ecgfactory.quality.diversity import Diversity
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.request.preflight import preflight_problems
from ecgfactory.session import sessions
from ecgfactory.session.ledger import Ledger, ShardEntry
from ecgfactory.session.workspace import Workspace
from ecgfactory.storage.faults import fault_point


@task(cache_policy=NO_CACHE, persist_result=False)
def plan_dataset(request: BuildRequest) -> Plan:
    """Check the request against this machine and resolve it: seed, weights, policy, shards."""
    if problems := preflight_problems(request):
        raise BadInputError([f"{key}: {problem}" for key, problem in problems])
    return make_plan(request)


@task(cache_policy=NO_CACHE, persist_result=False)
def find_published(plan: Plan) -> bool:
    """Tell whether the plan's dataset is there already; check it, and finish what its session may not have."""
    dataset = verify.find_published(plan)
    if dataset is None:
        return False
    publish.settle_latest(plan.dataset_path)
    if plan.request.keep and not dataset.plan.request.keep:
        publish.pin(plan.dataset_path, "a later request for it said keep: true")
    sessions.discard_dead(plan)
    return True


@task(cache_policy=NO_CACHE, persist_result=False)
def assemble(plan: Plan, shards: list[int], workspace: Workspace) -> Counts:
    """Lay out the chosen shards as a dataset; count what it holds."""
    return assembly.assemble(plan, _entries(shards, workspace), workspace)


@task(cache_policy=NO_CACHE, persist_result=False)
def describe(plan: Plan, shards: list[int], counts: Counts, workspace: Workspace) -> None:
    """Write the dataset card and the Croissant metadata."""
    card.write_card(workspace.dataset, plan, counts)
    sums = assembly.published_sums(plan, _entries(shards, workspace))
    croissant.write_croissant(workspace.dataset, plan, counts, sums)
    fault_point("dataset-described")


@task(cache_policy=NO_CACHE, persist_result=False)
def seal(plan: Plan, shards: list[int], counts: Counts, diversity: Diversity, workspace: Workspace) -> None:
    """Write the sums of all files and then the manifest."""
    published_at = datetime.now(UTC).isoformat(timespec="seconds")
    entries = _entries(shards, workspace)
    content = manifest.summarise(plan, entries, counts, diversity, published_at)
    publish.seal(workspace.dataset, content, assembly.published_sums(plan, entries))


@task(cache_policy=NO_CACHE, persist_result=False)
def publish_dataset(plan: Plan, workspace: Workspace) -> None:
    """Make the dataset appear under its name."""
    publish.publish(workspace.dataset, plan.dataset_path)


def _entries(shards: list[int], workspace: Workspace) -> list[ShardEntry]:
    wanted = set(shards)
    return [entry for entry in Ledger(workspace).entries() if entry.shard in wanted]
