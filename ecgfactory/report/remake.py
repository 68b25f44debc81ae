"""Making the reports of a published dataset again, replacing the old ones."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from ecgfactory.dataset.counts import count
from ecgfactory.dataset.croissant import published_record_sets, write_croissant
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.foreign_files import foreign_files
from ecgfactory.dataset.names import CROISSANT_FILE, PIN_FILE, REPORTS_FOLDER
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.replace import remake_folder, remake_lock, replace
from ecgfactory.dataset.seal import seal
from ecgfactory.dataset.verify import listed_sums
from ecgfactory.errors import BadInputError
from ecgfactory.report.dataset import write_reports
from ecgfactory.storage.durable import link
from ecgfactory.storage.lock import waiting_lock

_log = logging.getLogger(__name__)


def remake_reports(dataset: Dataset) -> Path:
    """Make reports/ again, and with it croissant.json, sums and manifest.

    A second folder is made beside the dataset, which shares all other files with it, also those that are not part of
    the dataset, and takes its place when it is complete. The sums of these files are taken over, not computed: what was
    damaged before stays visible. What a killed process left is cleared away by the next one.

    Returns
    -------
    Path
        The folder of the reports.

    Raises
    ------
    BadInputError
        When the dataset was asked for without reports.
    DamagedDatasetError
        When the files are not those that were published, or a sample can't be read.
    """
    if not dataset.plan.request.report.samples:
        raise BadInputError(f"{dataset.path}: was built with report.samples 0; build it with some to have reports.")
    staged = remake_folder(dataset.path)
    with waiting_lock(remake_lock(dataset.path), lambda: _log.warning("%s: waiting for another", dataset.path)):
        shutil.rmtree(staged, ignore_errors=True)
        try:
            _stage(dataset, staged)
            replace(staged, dataset.path)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return dataset.path / REPORTS_FOLDER


def _stage(dataset: Dataset, staged: Path) -> None:
    """Make the whole dataset anew, its data linked."""
    listed = listed_sums(dataset)
    sums = {
        path: digest
        for path, digest in listed.items()
        if path != CROISSANT_FILE and not path.startswith(f"{REPORTS_FOLDER}/")
    }
    for path in sums:
        link(dataset.path / path, staged / path)
    counts = count(dataset.plan, staged)
    reports = staged / REPORTS_FOLDER
    reports.mkdir()
    write_reports(DatasetFiles(staged, dataset.plan), counts, reports)
    columns = published_record_sets(dataset.path, listed.get(CROISSANT_FILE, ""))
    write_croissant(staged, dataset.plan, counts, sums, columns)
    seal(staged, dataset.manifest, sums)
    pins = [PIN_FILE] if (dataset.path / PIN_FILE).is_file() else []
    for path in (*pins, *foreign_files(dataset.path)):  # what people put there is theirs
        link(dataset.path / path, staged / path)
