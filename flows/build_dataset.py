"""The build flow: a request becomes a published dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.runtime import flow_run
from pydantic import BaseModel, WithJsonSchema

from ecgfactory.flows.artifacts import live_progress, show_dataset
from ecgfactory.flows.reports import report_and_compare
from ecgfactory.flows.session import claim, session
from ecgfactory.flows.shards import make_shards
from ecgfactory.flows.workers import dask_workers
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.tasks import datasets

SeedOfTheDay = Annotated[
    bool,
    WithJsonSchema(
        {"type": "boolean", "description": "take the date for which the run is scheduled as seed, in UTC: 20261122"}
    ),
]


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
def build_dataset(request: BuildRequest, seed_of_the_day: SeedOfTheDay = False) -> BuildOutcome:
    """Build the dataset that a request asks for, or find it already there."""
    plan = datasets.plan_dataset(with_seed_of_the_day(request) if seed_of_the_day else request)
    with claim(plan):
        if datasets.find_published(plan):
            show_dataset(plan)
            return BuildOutcome(dataset=plan.dataset_path, already_there=True)
        with session(plan) as workspace, live_progress(plan, workspace):
            with dask_workers(plan, workspace) as workers:
                shards = make_shards(plan, workspace, workers)
                counts = datasets.assemble(plan, shards, workspace)
                diversity = report_and_compare(plan, counts, workspace, workers)
            datasets.describe(plan, shards, counts, workspace)
            datasets.seal(plan, shards, counts, diversity, workspace)
            datasets.publish_dataset(plan, workspace)
    show_dataset(plan)
    return BuildOutcome(dataset=plan.dataset_path, already_there=False)


def with_seed_of_the_day(request: BuildRequest) -> BuildRequest:
    """Return the request with the scheduled date of the flow run as its seed, in UTC."""
    return request.model_copy(update={"seed": int(f"{flow_run.scheduled_start_time:%Y%m%d}")})
