"""The retention request: what may be deleted from an output folder, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ecgfactory.documents.reading import from_keys, load
from ecgfactory.request.build_request import Whole
from ecgfactory.request.paths import PLACE_WORDS, RequestOutput
from ecgfactory.retention import inventory, store_inventory
from ecgfactory.storage.place import Place, as_place, is_address
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath

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

    output: RequestOutput = Field(
        "datasets", min_length=1, description=f"folder that holds the datasets and sessions, {PLACE_WORDS}"
    )
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

    @property
    def output_place(self) -> Place:
        """The folder, or the place in a store, that holds the datasets and sessions."""
        return as_place(self.output) if is_address(self.output) else Path(self.output).absolute()


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
    problem = _output_problem(request.output_place)
    return [("output", problem)] if problem else []


def _output_problem(output: Place) -> str | None:
    """Say why an output can't be cleaned up, if it can't; a store is asked whether it can be reached."""
    if not isinstance(output, StorePath):
        return inventory.output_problem(output)
    try:
        return store_inventory.output_problem(output)
    except StoreError as error:
        return str(error)
