"""The retention request: what may be deleted from an output folder, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ecgfactory.documents.reading import from_keys, load
from ecgfactory.request.build_request import Whole
from ecgfactory.request.paths import RequestPath
from ecgfactory.retention.inventory import output_problem

Hours = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=876_000)]
Days = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=36_500)]
Gigabytes = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1e9)]
Count = Annotated[int, Field(strict=True, ge=1), Whole]


class RetentionRequest(BaseModel):
    """Ages and limits; null means that nothing is deleted for that reason.

    A dataset stays while `keep_last` or `keep_days` says so, while it is pinned (a file `PIN` in its folder, or
    `keep: true` in its request), and while `latest` names it. What then is unprotected goes, the oldest first: all of
    it when there is no `max_gb`, otherwise only until all datasets together are no larger than that. With none of the
    three given, no dataset goes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    output: RequestPath = Field("datasets", min_length=1, description="folder that holds the datasets and sessions")
    finished_session_hours: Hours | None = Field(
        1.0, description="hours from its last heartbeat after which a session whose dataset is published is deleted"
    )
    failed_session_hours: Hours | None = Field(168.0, description="hours after which a failed session is deleted")
    cancelled_session_hours: Hours | None = Field(168.0, description="hours after which a cancelled session is deleted")
    dead_session_hours: Hours | None = Field(
        168.0, description="hours after which a session that was killed is deleted; at least a minute"
    )
    keep_last: Count | None = Field(None, description="newest datasets of each name that are kept")
    keep_days: Days | None = Field(None, description="days from publishing for which a dataset is kept")
    max_gb: Gigabytes | None = Field(
        None, description="size in GB (10^9 bytes) of all datasets together, down to which unprotected ones go"
    )
    flow_run_days: Days | None = Field(
        30.0, description="days after which ended flow runs are deleted from the Prefect server, logs and artifacts too"
    )


def load_retention_request(path: Path) -> RetentionRequest:
    """Read, check and return the retention request in a YAML file.

    Raises
    ------
    BadInputError
        Naming every problem, each with its place and fix.
    """
    return load(path, RetentionRequest, _output_problems)


def request_from_keys(given: object) -> RetentionRequest:
    """Return the retention request that a mapping of its keys asks for; see `from_keys`.

    The output may not be there yet, as before the first build on a server that cleans up every day.
    """
    return from_keys(given, RetentionRequest, lambda _: [])


def _output_problems(request: RetentionRequest) -> list[tuple[str, str]]:
    problem = output_problem(Path(request.output))
    return [("output", problem)] if problem else []
