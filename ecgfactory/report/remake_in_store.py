"""Making the reports of a dataset in a store again.

Everything is made on this machine. Then the objects of reports/ and croissant.json are replaced one by one, the new
sums are put beside the old ones, the manifest is swapped, and the sums take their place. Nothing else is touched: who
reads records sees the same all the time. `verify` in these seconds finds that reports, or the sums, are not as
published.

Whoever is killed before the manifest leaves the dataset as it was but for its reports, which the next one replaces.
Whoever is killed after it leaves sums that are older than the manifest, and the new ones beside them, which have the
digest that the manifest tells: the next one puts them in their place before it begins.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from ecgfactory.dataset.counts import count
from ecgfactory.dataset.croissant import first_tables, published_record_sets, write_croissant
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.names import (
    CROISSANT_FILE,
    MANIFEST_FILE,
    RECORDS_FILE,
    REJECTED_FILE,
    REPORTS_FOLDER,
    SUMS_FILE,
)
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.seal import dataset_files, read_sums, sums_text
from ecgfactory.dataset.verify import listed_sums
from ecgfactory.report.dataset import write_reports
from ecgfactory.session.lease import Lease, leased
from ecgfactory.session.lease_state import LEASE_FILE
from ecgfactory.session.workspace import SESSIONS_FOLDER
from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.durable import link, sha256_of
from ecgfactory.storage.faults import fault_point
from ecgfactory.storage.fetched import fetched_files
from ecgfactory.storage.stand_in import stand_in
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath

NEW_SUMS_FILE = f".{SUMS_FILE}"
"""Beside the sums: those that are to take their place."""

_log = logging.getLogger(__name__)


def remake_in_store(place: StorePath) -> None:
    """Make the reports of a published dataset again, under the lease of its plan; see `remake_reports`.

    Raises
    ------
    DamagedDatasetError
        When the files are not those that were published, or a sample can't be read.
    LeaseLostError, StoreError
        When another has the plan by now, or the store does not do it; the next one repairs what there is.
    """
    lease_file = place.parent.parent / SESSIONS_FOLDER / place.last / LEASE_FILE
    with leased(lease_file, lambda: _log.warning("%s: waiting for another", place)) as lease:
        fetched_files().forget(place)
        stored = place.store.stat((place / MANIFEST_FILE).name)
        dataset = Dataset(place)
        if dataset.holds(NEW_SUMS_FILE, dataset.manifest.sums_sha256):
            _settle(place, lease)
        listed = listed_sums(dataset)
        with TemporaryDirectory() as folder:
            made = Path(folder)
            _make(dataset, place, listed, made)
            sums_sha256 = _send(place, listed, made, lease)
        _swap(place, dataset.manifest.sealed(sums_sha256), stored.version if stored else "", lease)
        _settle(place, lease)


def _make(dataset: Dataset, place: StorePath, listed: Mapping[str, str], made: Path) -> None:
    """Make reports and croissant.json in a folder where others stand for all other files, by names and sizes."""
    kept = _kept(listed)
    sizes = {place.below(stored.name): stored.size_bytes for stored in place.store.objects(place.prefix)}
    for path in kept:
        stand_in(made / path, sizes[path])
    with dataset.at_hand(RECORDS_FILE, REJECTED_FILE) as folder:
        counts = count(dataset.plan, folder)
    (made / REPORTS_FOLDER).mkdir()
    write_reports(DatasetFiles(place, dataset.plan), counts, made / REPORTS_FOLDER)
    with dataset.at_hand(*(path for path in [CROISSANT_FILE] if path in listed)) as folder:
        columns = published_record_sets(folder, listed.get(CROISSANT_FILE, ""))
    if not columns:
        _fetch_tables(dataset, kept, made)
    write_croissant(made, dataset.plan, counts, kept, columns)


def _fetch_tables(dataset: Dataset, paths: Collection[str], made: Path) -> None:
    """Put the tables of which columns are described in the place of those that stand for them."""
    tables = [path for path in paths if "/" not in path and path.endswith(".parquet")]
    described = [*tables, *first_tables(dataset.plan, paths)]
    with dataset.at_hand(*described) as folder:
        for path in described:
            (made / path).unlink()
            link(folder / path, made / path)


def _send(place: StorePath, listed: Mapping[str, str], made: Path, lease: Lease) -> str:
    """Replace what was made anew, put the new sums beside those that are there; return their digest."""
    remade = {path: sha256_of(made / path) for path in dataset_files(made) if _is_remade(path)}
    (made / NEW_SUMS_FILE).write_text(sums_text(_kept(listed) | remade), encoding="utf-8", newline="\n")
    sha256 = sha256_of(made / NEW_SUMS_FILE)
    digests = {**remade, NEW_SUMS_FILE: sha256}
    with lease.only_while_held():
        at_once(lambda path: place.store.send(made / path, (place / path).name, digests[path]), digests)
    fault_point("reports-sent")
    return sha256


def _swap(place: StorePath, manifest: Manifest, version: str, lease: Lease) -> None:
    with lease.only_while_held():
        is_ours = place.store.swap((place / MANIFEST_FILE).name, manifest.to_json().encode(), version)
    if not is_ours:
        raise StoreError(f"{place / MANIFEST_FILE}: somebody else changed or removed it meanwhile; make reports again.")
    fault_point("manifest-swapped")


def _settle(place: StorePath, lease: Lease) -> None:
    """Delete the reports that the new sums don't have, and put these in their place."""
    new, old = read_sums(place, NEW_SUMS_FILE), read_sums(place)
    with lease.only_while_held():
        place.store.delete([(place / path).name for path in old if _is_remade(path) and path not in new])
        place.store.copy((place / NEW_SUMS_FILE).name, (place / SUMS_FILE).name)
        place.store.delete([(place / NEW_SUMS_FILE).name])
    fetched_files().forget(place)


def _is_remade(path: str) -> bool:
    return path == CROISSANT_FILE or path.startswith(f"{REPORTS_FOLDER}/")


def _kept(sums: Mapping[str, str]) -> dict[str, str]:
    """Return the sums of the files that stay as they are."""
    return {path: digest for path, digest in sums.items() if not _is_remade(path)}
