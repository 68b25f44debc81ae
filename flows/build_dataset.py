"""The build flow: a request becomes a published dataset."""

from __future__ import annotations

from typing import Annotated

from prefect import flow
from prefect.runtime import flow_run
from pydantic import BeforeValidator, WithJsonSchema

from ecgfactory.flows.artifacts import live_progress, show_dataset
from ecgfactory.flows.dask_pool import dask_pool
from ecgfactory.flows.end_with_worker import end_with_worker
from ecgfactory.flows.exceptions import keep_no_exceptions
from ecgfactory.flows.folder import enter_folder
from ecgfactory.flows.main_guard import check_main_guard
from ecgfactory.flows.watching import on_progress
from ecgfactory.line.build import Built
from ecgfactory.line.packing import pack_small_shards
from ecgfactory.line.reports import prepare_reports, report_and_compare
from ecgfactory.line.session import claim, session
from ecgfactory.line.shards import make_shards
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.request_file import request_from_keys
from ecgfactory.tasks import steps

LOGGED = ("prefect", "ecgfactory", "distributed")

SeedOfTheDay = Annotated[
    bool,
    WithJsonSchema(
        {"type": "boolean", "description": "use the date for which the run is scheduled, in UTC, as seed: 20261122"}
    ),
]


def _checked(given: object) -> BuildRequest:
    enter_folder()  # where its paths start
    return request_from_keys(given)


Request = Annotated[BuildRequest, BeforeValidator(_checked)]
"""A run of which several fields are wrong tells all at once, with what its worker can't do."""


@flow(name="build-dataset", flow_run_name="build-{request.name}", validate_parameters=True, persist_result=False)
def build_dataset(request: Request, seed_of_the_day: SeedOfTheDay = False) -> Built:
    """Build the dataset that a request asks for, or find it already there."""
    end_with_worker()
    check_main_guard()
    plan = steps.plan_dataset(with_seed_of_the_day(request) if seed_of_the_day else request)
    with claim(plan) as lease:
        if steps.find_published(plan, lease):
            show_dataset(plan)
            return Built(dataset=plan.dataset_path, already_there=True)
        with session(plan, str(flow_run.id), on_progress(), LOGGED, lease) as build, live_progress(build):
            with dask_pool(build) as pool:
                prepare_reports(build, pool)
                make_shards(build, pool)
                pack_small_shards(build, pool)
                steps.assemble(build)
                report_and_compare(build, pool)
            steps.describe(build)
            steps.seal(build)
            steps.publish_dataset(build)
    show_dataset(plan)
    return Built(dataset=plan.dataset_path, already_there=False)


keep_no_exceptions(build_dataset)


def with_seed_of_the_day(request: BuildRequest) -> BuildRequest:
    """Return the request with the scheduled date of the flow run as its seed, in UTC."""
    return request.model_copy(update={"seed": int(f"{flow_run.scheduled_start_time:%Y%m%d}")})
