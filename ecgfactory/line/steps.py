"""The steps of a build that its own process does, each once; those that workers do are in `shards` and `reports`."""

from __future__ import annotations

from ecgfactory.candidates.planning import planned
from ecgfactory.dataset import card, croissant, verify
from ecgfactory.dataset.shelf import shelf_of
from ecgfactory.errors import BadInputError
from ecgfactory.line import assembly
from ecgfactory.line.state import Build
from ecgfactory.line.summing_up import manifest_of
from ecgfactory.profiles.in_folder import profile_in_folder
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan
from ecgfactory.request.preflight import preflight_problems, store_problems
from ecgfactory.session import sessions
from ecgfactory.session.lease import Lease
from ecgfactory.storage.faults import fault_point


def plan_dataset(request: BuildRequest) -> Plan:
    """Check a request against this machine and resolve it: seed, weights, policy, shards.

    Raises
    ------
    BadInputError
        Naming everything that this machine can't do of it.
    """
    if problems := preflight_problems(request) or store_problems(request) or _reference_problems(request):
        raise BadInputError([f"{key}: {problem}" for key, problem in problems])
    plan = planned(request, profile_in_folder(request))
    shelf_of(plan.dataset_path).check()
    return plan


def _reference_problems(request: BuildRequest) -> list[tuple[str, str]]:
    if request.reference.path is None:
        return []
    from ecgfactory.comparison.preflight import reference_problems  # imports what reads ECGs

    return reference_problems(request)


def find_published(plan: Plan, lease: Lease | None) -> bool:
    """Return whether the plan's dataset is there already; check it, and finish what its session may not have.

    Parameters
    ----------
    plan : Plan
        The plan; it must be claimed.
    lease : Lease or None
        On it, where the dataset is in a store.

    Raises
    ------
    DamagedDatasetError
        When it is there and damaged.
    """
    dataset = verify.find_published(plan)
    if dataset is None:
        return False
    shelf = shelf_of(plan.dataset_path)
    shelf.settle_latest()
    if plan.request.keep and not dataset.plan.request.keep:
        shelf.pin("a later request for it said keep: true")
    sessions.discard_dead(plan, lease)
    return True


def assemble(build: Build) -> None:
    """Lay the chosen shards out as a dataset; count what it holds."""
    files = sum(len(entry.files) for entry in build.entries)
    build.tell_step(f"putting {files:,} files together")
    with build.clock("assemble"):
        build.counts = assembly.assemble(build.plan, build.entries, build.layout, build.ledger, build.draft)


def describe(build: Build) -> None:
    """Write the dataset card and the Croissant metadata."""
    draft = build.draft
    card.write_card(draft.folder, build.plan, build.counts, build.card_section)
    croissant.write_croissant(draft.folder, build.plan, build.counts, draft.sums())
    fault_point("dataset-described")


def seal(build: Build) -> None:
    """Write the sums of all files and then the manifest."""
    build.tell_step("finishing with sums and manifest")
    build.draft.seal(manifest_of(build))


def publish_dataset(build: Build) -> None:
    """Make the dataset appear under its name, and remove what dead sessions of its plan left."""
    build.draft.publish()
    sessions.discard_dead(build.plan, build.workspace.lease)
