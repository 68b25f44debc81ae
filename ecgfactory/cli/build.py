"""`ecgfactory build` and `ecgfactory validate`."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ecgfactory.cli.interrupt import interruptible
from ecgfactory.cli.output import console, print_rows
from ecgfactory.cli.progress import watch
from ecgfactory.errors import BadInputError, BuildCancelledError
from ecgfactory.flows.configured import is_configured
from ecgfactory.formats import IMAGES
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.disk_space import estimated_bytes
from ecgfactory.request.preflight import size_text
from ecgfactory.request.request_file import load_request
from ecgfactory.request.rhythm import rhythm_words
from ecgfactory.request.store_costs import about, store_costs, with_file_per_record
from ecgfactory.request.work import estimated_cpu_s, time_text, workers_here
from ecgfactory.storage.place import Place
from ecgfactory.storage.store_path import StorePath

if TYPE_CHECKING:
    from ecgfactory.line.build import Built
    from ecgfactory.line.state import ProgressCallback


WORTH_TELLING_S = 60
"""What takes no longer needs no estimate."""

WORTH_WARNING_REQUESTS = 100_000
"""Fewer cost next to nothing."""


def validate_file(file: Path, settings: Sequence[str]) -> BuildRequest:
    """Check a request and return it; print one line on what it asks for."""
    request = load_request(file, settings)
    _check_reference(file, request)
    size = f"{request.leads} leads and {_length(request.duration_s)} at {request.signal.recorder}"
    composed = f"composed: {rhythm_words(request.rhythm or {'sinus': 1})}; " if request.is_composed else ""
    labels, artefacts, pictures = request.labels.labels, request.artefacts, request.pictures
    cpu_s = estimated_cpu_s(request)
    console().print(
        f"{file}: valid; {request.records:,} records of {size}, {composed}as {', '.join(request.formats)}, "
        f"{f'with {labels.words}, ' if labels else ''}{f'{artefacts.words}, ' if artefacts else ''}"
        f"{f'{pictures.words}, ' if pictures else ''}"
        f"about {size_text(estimated_bytes(request))} in {request.output}/"
        f"{f' and {time_text(cpu_s)} of one core' if cpu_s >= WORTH_TELLING_S else ''}"
    )
    if artefacts and request.signal.recorder.filters:
        console().print(f"{file}: artefacts are put into the filtered signals, and are not filtered themselves")
    if request.is_in_store:
        _tell_costs(file, request)
    return request


def _tell_costs(file: Path, request: BuildRequest) -> None:
    """Say what is asked of the store, and that files of each record make it a lot where they do."""
    workers = max(workers_here(request), 1)
    costs = store_costs(request, workers)
    console().print(
        f"{file}: {request.output} is not tried before it is built; about {about(costs.writes)} requests that write, "
        f"copy or list there and {about(costs.gets)} that read, {size_text(costs.uploaded_bytes)} uploaded, "
        f"{size_text(costs.downloaded_bytes)} downloaded again"
    )
    named = with_file_per_record(request)
    if named and costs.writes >= WORTH_WARNING_REQUESTS:
        console().print(
            f"{file}: warning: about {about(costs.writes)} requests are paid for, as {' and '.join(named)} put each "
            f"record into files of its own{_advice(request, workers)}"
        )


def _advice(request: BuildRequest, workers: int) -> str:
    """Say what formats would do in which records share files, where others are asked for."""
    shared = request.model_copy(update={"formats": ("parquet", *([IMAGES] if request.pictures else []))})
    if set(with_file_per_record(request)) == set(with_file_per_record(shared)):
        return ""
    needed = about(store_costs(shared, workers).writes)
    return f"; parquet, npy and webdataset put many into one: about {needed} as {' and '.join(shared.formats)}"


def _length(duration_s: int) -> str:
    """Write the length of records, in hours or minutes where it is some of them: 10 s, 5 min, 24 h."""
    for unit_s, unit in ((3600, "h"), (60, "min")):
        if duration_s % unit_s == 0:
            return f"{duration_s // unit_s} {unit}"
    return f"{duration_s} s"


def _check_reference(file: Path, request: BuildRequest) -> None:
    if request.reference.path is None:
        return
    from ecgfactory.comparison.preflight import reference_problems  # imports what reads ECGs

    if problems := reference_problems(request):
        raise BadInputError([f"{file}: {key}: {problem}" for key, problem in problems])


def build_file(file: Path, settings: Sequence[str], output: Place | None) -> None:
    """Build a request with a progress bar, then print a summary."""
    if output:
        # Quoted, since a folder may be named 010. Its home is in place already: `~` is a name.
        path = f"./{output}" if str(output).startswith("~") else str(output)
        settings = [*settings, f"output={json.dumps(path)}"]
    request = load_request(file, settings)
    started = time.monotonic()
    with interruptible(), watch(request.name, request.records) as watcher:
        try:
            built = _build(request, watcher.show)
        except KeyboardInterrupt:
            raise BuildCancelledError("stopped; the same command goes on from what is committed") from None
    _print_summary(built, time.monotonic() - started)


def _build(request: BuildRequest, on_progress: ProgressCallback) -> Built:
    """Build by the flow where a Prefect server is configured or a Dask scheduler requested; else by the library."""
    if is_configured() or request.workers.scheduler:
        from ecgfactory.flows import embedded  # imports Prefect and Dask

        return embedded.build(request, on_progress)
    from ecgfactory.line.build import build

    return build(request, on_progress=on_progress)


def _print_summary(built: Built, seconds: float) -> None:
    from ecgfactory.dataset.reader import Dataset
    from ecgfactory.dataset.summary import summary_rows

    dataset = Dataset(built.dataset)
    if built.already_there:
        in_store = isinstance(dataset.path, StorePath)
        found = "with all its files (`ecgfactory verify` reads them)" if in_store else "and intact"
        console().print(f"{dataset.manifest.name} is already there {found}; nothing was built.")
    rows = summary_rows(dataset)
    if not built.already_there:
        rows.append(("time", f"{seconds:.1f} s"))
    print_rows(rows)
