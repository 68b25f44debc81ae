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
from ecgfactory.storage.place import Place

_log = logging.getLogger(__name__)


def remake_reports(dataset: Dataset) -> Place:
    """Make reports/ again, and with it croissant.json, sums and manifest.

    A second folder is made beside the dataset, which shares all other files with it, also those that are not part of
    the dataset, and takes its place when it is complete. The sums of these files are taken over, not computed: what was
    damaged before stays visible. What a killed process left is cleared away by the next one. In a store, which knows no
    renaming, they are replaced in their place; see `ecgfactory.report.remake_in_store`.

    Returns
    -------
    Path or StorePath
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
    if isinstance(dataset.path, Path):
        _remake_in_folder(dataset, dataset.path)
    else:
        from ecgfactory.report.remake_in_store import remake_in_store

        remake_in_store(dataset.path)
    return dataset.path / REPORTS_FOLDER


def _remake_in_folder(dataset: Dataset, folder: Path) -> None:
    staged = remake_folder(folder)
    with waiting_lock(remake_lock(folder), lambda: _log.warning("%s: waiting for another", folder)):
        shutil.rmtree(staged, ignore_errors=True)
        try:
            _stage(dataset, folder, staged)
            replace(staged, folder)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def _stage(dataset: Dataset, folder: Path, staged: Path) -> None:
    """Make the whole dataset anew, its data linked."""
    listed = listed_sums(dataset)
    sums = {
        path: digest
        for path, digest in listed.items()
        if path != CROISSANT_FILE and not path.startswith(f"{REPORTS_FOLDER}/")
    }
    for path in sums:
        link(folder / path, staged / path)
    counts = count(dataset.plan, staged)
    reports = staged / REPORTS_FOLDER
    reports.mkdir()
    write_reports(DatasetFiles(staged, dataset.plan), counts, reports)
    columns = published_record_sets(folder, listed.get(CROISSANT_FILE, ""))
    write_croissant(staged, dataset.plan, counts, sums, columns)
    seal(staged, dataset.manifest, sums)
    pins = [PIN_FILE] if (folder / PIN_FILE).is_file() else []
    for path in (*pins, *foreign_files(folder)):  # what people put there is theirs
        link(folder / path, staged / path)
