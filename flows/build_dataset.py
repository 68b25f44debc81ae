"""The build flow: a request becomes a published dataset."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from pydantic import BaseModel

from ecgfactory.request import BuildRequest
from flows.session import claim, session
from flows.shards import make_shards
from flows.workers import dask_workers
from tasks import datasets


class BuildOutcome(BaseModel):
    """What a build ends with.

    Parameters
    ----------
    dataset : Path
        The published dataset.
    already_there : bool
        Whether it was found published, and sound, so that no work was done.
    """

    dataset: Path
    already_there: bool


@flow(name="build-dataset", flow_run_name="build-{request.name}", validate_parameters=True, persist_result=False)
def build_dataset(request: BuildRequest) -> BuildOutcome:
    """Build the dataset that a request asks for, or find it already there."""
    plan = datasets.plan_dataset(request)
    with claim(plan):
        if datasets.find_published(plan):
            return BuildOutcome(dataset=plan.dataset_path, already_there=True)
        with session(plan) as workspace:
            with dask_workers(plan, workspace) as workers:
                shards = make_shards(plan, workspace, workers)
            counts = datasets.assemble(plan, shards, workspace)
            datasets.describe(plan, shards, counts, workspace)
            datasets.seal(plan, shards, counts, workspace)
            datasets.publish_dataset(plan, workspace)
    return BuildOutcome(dataset=plan.dataset_path, already_there=False)
