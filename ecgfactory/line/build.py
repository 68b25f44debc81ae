"""The verb *build*: a request becomes a published dataset."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ecgfactory.dataset.names import MANIFEST_FILE
from ecgfactory.dataset.reader import Dataset
from ecgfactory.errors import BadInputError
from ecgfactory.line import steps
from ecgfactory.line.packing import pack_small_shards
from ecgfactory.line.reports import prepare_reports, report_and_compare
from ecgfactory.line.session import claim, session
from ecgfactory.line.shards import make_shards
from ecgfactory.line.state import Build, ProgressCallback
from ecgfactory.line.workers import process_pool
from ecgfactory.pools.pool import Pool
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.request_file import as_request
from ecgfactory.storage.place import Place


class Built(BaseModel):
    """What a build ends with.

    Parameters
    ----------
    dataset : Path or StorePath
        Where the published dataset is.
    already_there : bool
        Whether it was already published, and intact, so that no work was done; of one in a store only the tables are
        read again, see `ecgfactory.verify`.
    """

    dataset: Place
    already_there: bool

    def open(self) -> Dataset:
        """Open the dataset; see `ecgfactory.open_dataset`."""
        return Dataset(self.dataset)


def build(
    request: BuildRequest | Mapping[str, Any] | str | Path,
    *,
    on_progress: ProgressCallback | None = None,
    pool: Callable[[Build], AbstractContextManager[Pool]] = process_pool,
) -> Built:
    """Build the dataset that a request asks for, or find it already there.

    Nothing of the caller's process is changed. A build that was
    stopped or killed goes on from what it had committed when the same request is built again.

    Parameters
    ----------
    request : BuildRequest, mapping, str or Path
        What to build: a request, its keys, or the path of a YAML file that holds them.
    on_progress : callable, optional
        Called several times per second with a `Progress`: candidates `examined` and `accepted` so far; never when the
        dataset is already there. What it raises stops the build and is passed on; what is committed is kept.
    pool : callable, optional
        Gives the workers, as a context manager; processes of this machine by default.

    Returns
    -------
    Built
        Where the dataset is: `build(...).open()` opens it.

    Raises
    ------
    BadInputError
        Naming everything that is wrong with the request or `on_progress`, before any work.
    BuildFailedError
        When the build can't go on; what is committed is kept for the next one.
    DamagedDatasetError
        When the dataset is there already, and damaged.
    """
    check_callback(on_progress)
    plan = steps.plan_dataset(as_request(request))
    with claim(plan) as lease:
        if steps.find_published(plan, lease):
            return Built(dataset=plan.dataset_path, already_there=True)
        with session(plan, str(uuid.uuid4()), on_progress, lease=lease) as work:
            with pool(work) as workers:
                prepare_reports(work, workers)
                make_shards(work, workers)
                pack_small_shards(work, workers)
                steps.assemble(work)
                report_and_compare(work, workers)
            steps.describe(work)
            steps.seal(work)
            steps.publish_dataset(work)
    return Built(dataset=plan.dataset_path, already_there=False)


def find_built(request: BuildRequest) -> Built | None:
    """Return the dataset of a request, if it is published and intact; no build of it is waited for.

    Raises
    ------
    BadInputError
        As `build` does.
    DamagedDatasetError
        When it is there, and damaged.
    """
    if request.seed is None:  # each build of it draws another
        return None
    plan = steps.plan_dataset(request)
    if not (plan.dataset_path / MANIFEST_FILE).is_file():
        return None
    with claim(plan) as lease:
        return Built(dataset=plan.dataset_path, already_there=True) if steps.find_published(plan, lease) else None


def check_callback(on_progress: object) -> None:
    """Check that progress can be told.

    Raises
    ------
    BadInputError
        When it can't be called.
    """
    if on_progress is not None and not callable(on_progress):
        raise BadInputError(f"on_progress is {on_progress!r}; give a function that takes a Progress.")
