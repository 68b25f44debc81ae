"""Verifying that a published dataset is what its manifest says; everything wrong is named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ecgfactory.dataset.annotation_checks import annotation_problems
from ecgfactory.dataset.artefact_checks import artefact_problems
from ecgfactory.dataset.artefact_copies import artefact_copy_problems
from ecgfactory.dataset.column_checks import column_problems
from ecgfactory.dataset.counts import count, count_artefacts, count_beats, count_pictures, count_waves
from ecgfactory.dataset.files import FILES_AT_ONCE
from ecgfactory.dataset.foreign_files import passes_for_data
from ecgfactory.dataset.format_counts import records_in_files
from ecgfactory.dataset.injury_checks import Injuries, obeys_identities
from ecgfactory.dataset.label_checks import label_problems
from ecgfactory.dataset.long_checks import long_signal_problems
from ecgfactory.dataset.manifest import manifest_sha256
from ecgfactory.dataset.names import (
    ANNOTATIONS_FILE,
    ARTEFACTS_FILE,
    BEATS_FILE,
    IMAGES_FILE,
    MANIFEST_FILE,
    RECORDS_CSV_FILE,
    RECORDS_FILE,
    REJECTED_FILE,
    SUMS_FILE,
)
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.records_csv import records_csv_problems
from ecgfactory.dataset.rhythm_checks import rhythm_problems
from ecgfactory.dataset.rhythm_copies import rhythm_copy_problems
from ecgfactory.dataset.seal import dataset_files, read_sums
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats.clean_twin import CLEAN_SUFFIX, format_named
from ecgfactory.formats.damage import reading
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id
from ecgfactory.request.plan import Plan
from ecgfactory.storage.durable import sha256_of
from ecgfactory.storage.fetched import coming, fetched_files
from ecgfactory.storage.place import Place, as_place
from ecgfactory.storage.store_path import StorePath

RECORDS_AT_ONCE = 256


def verify(path: str | Place, with_signals: bool = True) -> Dataset:
    """Check a dataset's hashes and counts and, unless told not to, all that every format holds of its records.

    Files that are not part of it are damage only where readers would take them for data; see `foreign_files`.

    Of a dataset in a store, files are fetched to this machine, once where there is room for all of them
    (`ecgfactory.storage.fetched.MOST_BYTES`); of a larger one, they are fetched again by each of these checks. Without
    signals, only its tables are: that the other files are there is seen in a list of them, and what they hold was
    checked by the store, by their digests, before they were.

    Parameters
    ----------
    path : str, Path or StorePath
        The dataset.
    with_signals : bool
        Also read every record in every format: the integers agree, the limb leads obey their identities unless an
        artefact says that it breaks them, features are those of records.parquet, labels are those of sound annotations,
        artefacts are what records and their clean twins say, beats and rhythms are the same everywhere, lists of
        records name them all, and pictures show what is stored, by their truth and their masks.

    Returns
    -------
    Dataset
        The dataset, which is intact.

    Raises
    ------
    BadInputError
        When there is no dataset.
    DamagedDatasetError
        Naming every file that is wrong.
    StoreError
        When a store does not give them.
    """
    dataset = Dataset(as_place(path))
    reads_all = with_signals or isinstance(dataset.path, Path)
    if isinstance(dataset.path, StorePath):
        fetched_files().forget(dataset.path)
    problems = [*_manifest_problems(dataset), *_sum_problems(dataset, with_content=reads_all)]
    if not problems:
        of_formats = _format_count_problems(dataset) if reads_all else ()
        problems = [*_count_problems(dataset), *of_formats]
    if not problems and with_signals:
        of_artefacts = _artefact_problems(dataset)
        injuries = Injuries(dataset) if dataset.has_artefacts and not of_artefacts else None
        copies = _artefact_copy_problems(dataset) if injuries else []
        of_rhythms = _rhythm_problems(dataset)
        of_copies = [] if of_rhythms else _rhythm_copy_problems(dataset)
        columns = [] if of_artefacts or of_rhythms else column_problems(dataset)
        is_long = dataset.plan.request.is_in_pieces
        signals = long_signal_problems(dataset) if is_long else _SignalChecks(dataset, injuries).problems()
        labels = [] if of_rhythms or of_copies else _label_problems(dataset)
        of_lists = (*_index_problems(dataset), *_csv_problems(dataset))
        records = [*of_lists, *of_artefacts, *copies, *of_rhythms, *of_copies, *columns, *signals, *labels]
        problems = records or _picture_problems(dataset)
    if problems:
        raise DamagedDatasetError(list(dict.fromkeys(problems)))  # several checks may fail to read one file
    return dataset


def listed_sums(dataset: Dataset) -> Mapping[str, str]:
    """Return the sum of each file as published, by path, after checking that these files are there and no other data.

    The files' content is not read.

    Raises
    ------
    DamagedDatasetError
        Naming what is missing, superfluous or changed in the listing.
    """
    problems = [*_manifest_problems(dataset), *_sum_problems(dataset, with_content=False)]
    if problems:
        raise DamagedDatasetError(problems)
    return read_sums(dataset.path)


def _manifest_problems(dataset: Dataset) -> Iterator[str]:
    manifest = dataset.manifest
    if manifest_sha256(dataset.manifest_content) != manifest.manifest_sha256:
        yield f"{MANIFEST_FILE}: was changed after publishing (its own digest does not fit)"
    if manifest.plan.plan_id != manifest.plan_id:
        yield f"{MANIFEST_FILE}: plan id {manifest.plan_id} does not follow from the plan ({manifest.plan.plan_id})"
    if not (dataset.path / SUMS_FILE).is_file():
        yield f"{SUMS_FILE}: missing"
    elif not dataset.holds(SUMS_FILE, manifest.sums_sha256):
        yield f"{SUMS_FILE}: content changed"


def _sum_problems(dataset: Dataset, with_content: bool) -> Iterator[str]:
    if not (dataset.path / SUMS_FILE).is_file():
        return
    try:
        entered = read_sums(dataset.path)
    except ValueError as error:
        yield f"{SUMS_FILE}: {error}"
        return
    present = set(dataset_files(dataset.path))
    held = _held(dataset, {path: digest for path, digest in entered.items() if with_content and path in present})
    for path in entered:
        if path not in present:
            yield f"{path}: missing"
        elif with_content and not next(held):
            yield f"{path}: content changed"
    for path in sorted(present - entered.keys()):
        if passes_for_data(path, dataset.plan.formats, dataset.has_pictures):
            yield f"{path}: does not belong to the dataset, and readers would take it for data; move it away"


def _held(dataset: Dataset, digests: Mapping[str, str]) -> Iterator[bool]:
    """Yield, for each file, whether the dataset has it with this digest; of a store, the next are on their way."""
    paths = list(digests)
    for first in range(0, len(paths), FILES_AT_ONCE):
        group = paths[first : first + FILES_AT_ONCE]
        with coming(dataset.path, group):
            for path in group:
                yield dataset.holds(path, digests[path])


def _count_problems(dataset: Dataset) -> Iterator[str]:
    manifest = dataset.manifest
    rows, candidates = dataset.records_table.num_rows, dataset.records_table.column("candidate").to_numpy()
    if rows != manifest.records or rows != manifest.plan.request.records:
        yield f"records.parquet: {rows} rows where {manifest.records} records were published"
    if np.any(np.diff(candidates) <= 0):
        yield "records.parquet: candidates are not strictly rising"
    overlap = np.intersect1d(candidates, dataset.rejected_table.column("candidate").to_numpy())
    if overlap.size:
        yield f"rejected.parquet: candidate {overlap[0]} is in records.parquet too"
    if rows and rows + dataset.rejected_table.num_rows != candidates[-1] + 1:
        yield "records.parquet and rejected.parquet: together they do not hold every candidate up to the last"
    with reading(f"{RECORDS_FILE} and {REJECTED_FILE}"), dataset.at_hand(RECORDS_FILE, REJECTED_FILE) as folder:
        counts = count(manifest.plan, folder)
    for name, told, held in (
        ("splits", manifest.splits, counts.splits),
        ("rejects", manifest.rejects, counts.rejects),
        ("rhythms", manifest.rhythms, counts.rhythms),
    ):
        if told != held:
            yield f"{MANIFEST_FILE}: {name} are {told}, where the tables hold {held}"


def _format_count_problems(dataset: Dataset) -> Iterator[str]:
    rows, files = len(dataset.candidates), dataset_files(dataset.path)
    for name in dataset.plan.formats:
        try:
            records = records_in_files(dataset, name, files)
        except DamagedDatasetError as error:
            yield from error.problems
            continue
        if records != rows:
            yield f"{name}: {records} records on disk where records.parquet has {rows}"


def _index_problems(dataset: Dataset) -> Iterator[str]:
    """Write anew what formats hold beside the records, and compare."""
    with TemporaryDirectory() as folder:
        for name in dataset.plan.formats:
            format_, anew = format_named(name), Path(folder)
            (anew / format_.top_folder()).mkdir(exist_ok=True)
            format_.write_index(anew, iter([dataset.candidates]), dataset.plan.spec_of(name))
        for path in dataset_files(anew):
            if not dataset.holds(path, sha256_of(anew / path)):
                yield f"{path}: is missing, or does not tell what the dataset holds"


def _csv_problems(dataset: Dataset) -> Iterator[str]:
    """Compare records.csv, where the dataset has it, with records.parquet."""
    if (dataset.path / RECORDS_CSV_FILE).is_file():
        with dataset.at_hand(RECORDS_FILE, RECORDS_CSV_FILE) as folder:
            yield from records_csv_problems(folder)


class _SignalChecks:
    """Reads every record in every format, and every clean twin; the others are compared with the first.

    Parameters
    ----------
    dataset : Dataset
        What is read.
    injuries : Injuries or None
        What its artefacts say, where these are sound; None where there are none, or they are not.
    """

    def __init__(self, dataset: Dataset, injuries: Injuries | None) -> None:
        self._dataset = dataset
        self._injuries = injuries
        self._first = dataset.formats[0]
        self._digests: dict[bool, dict[int, bytes]] = {False: {}, True: {}}

    def problems(self) -> Iterator[str]:
        """Yield what is wrong in each file."""
        twin = f"{self._first}{CLEAN_SUFFIX}"
        if self._dataset.plan.keeps_clean:
            yield from self._first_problems(twin)
        for name in self._dataset.plan.formats:
            if not self._dataset.plan.keeps_clean or name not in (self._first, twin):
                for path, candidates in self._dataset.files_of(name, RECORDS_AT_ONCE):
                    signals, problems = self._read(name, path, candidates)
                    yield from problems
                    if signals is not None and self._injuries and name == self._first:
                        yield from self._injuries.problems(path, candidates, signals)

    def _first_problems(self, twin: str) -> Iterator[str]:
        """Read the first format and its clean twin side by side."""
        files = (self._dataset.files_of(name, RECORDS_AT_ONCE) for name in (self._first, twin))
        for (path, candidates), (clean_path, same) in zip(*files, strict=False):
            if candidates != same:
                yield f"{RECORDS_FILE}: {path} and {clean_path} do not hold the same records"
                return
            signals, problems = self._read(self._first, path, candidates)
            clean, more = self._read(twin, clean_path, candidates)
            yield from (*problems, *more)
            if signals is not None and clean is not None and self._injuries:
                yield from self._injuries.problems(path, candidates, signals, clean)

    def _read(self, name: str, path: str, candidates: Sequence[int]) -> tuple[SignalUv | None, list[str]]:
        """Read records, and tell what is wrong with them by themselves and beside those read before."""
        try:
            signals = self._dataset.signals_in(name, path, candidates)
        except DamagedDatasetError as error:
            return None, error.problems
        problems, is_clean = [], name not in self._dataset.formats
        obeys = self._dataset.plan.request.leads == 8 or (self._dataset.has_artefacts and not is_clean)
        if not obeys and not obeys_identities(signals).all():
            problems.append(f"{path}: the limb leads do not obey Einthoven's and Goldberger's identities")
        reference = self._digests[is_clean]
        first = f"{self._first}{CLEAN_SUFFIX}" if is_clean else self._first
        for candidate, signal in zip(candidates, signals, strict=True):
            digest = _digest(signal)
            if reference.setdefault(candidate, digest) != digest:
                problems.append(f"{path}: record {record_id(candidate)} differs from the same record in {first}")
        return signals, problems


def _artefact_problems(dataset: Dataset) -> list[str]:
    """Check the artefacts of a dataset that has some by themselves, and with its other tables."""
    if not dataset.has_artefacts:
        return []
    try:
        return list(artefact_problems(dataset))
    except DamagedDatasetError as error:
        return error.problems


def _artefact_copy_problems(dataset: Dataset) -> Iterator[str]:
    """Compare what formats and the manifest tell of artefacts with these, which are sound."""
    yield from artefact_copy_problems(dataset, RECORDS_AT_ONCE)
    with dataset.at_hand(RECORDS_FILE, ARTEFACTS_FILE) as folder:
        held = count_artefacts(folder)
    if held != dataset.manifest.artefacts:
        yield f"{MANIFEST_FILE}: artefacts are {dataset.manifest.artefacts}, where {ARTEFACTS_FILE} has {held}"


def _rhythm_problems(dataset: Dataset) -> list[str]:
    """Check the beats and rhythms of composed records by themselves, and with the other tables."""
    if not dataset.is_composed:
        return []
    try:
        return list(rhythm_problems(dataset))
    except DamagedDatasetError as error:
        return error.problems


def _rhythm_copy_problems(dataset: Dataset) -> list[str]:
    """Compare what formats and the manifest tell of beats and rhythms with these, which are sound."""
    if not dataset.is_composed:
        return []
    problems = list(rhythm_copy_problems(dataset, _records_at_once(dataset)))
    if not problems and (held := _counted(count_beats, dataset, BEATS_FILE)) != dataset.manifest.beats:
        return [f"{MANIFEST_FILE}: beats are {dataset.manifest.beats}, where {BEATS_FILE} has {held}"]
    return problems


def _label_problems(dataset: Dataset) -> list[str]:
    """Check the annotations, and where they are sound, every label in every format against them."""
    if not dataset.manifest.plan.labels:
        return []
    try:
        problems = list(annotation_problems(dataset)) or list(label_problems(dataset, _records_at_once(dataset)))
    except DamagedDatasetError as error:
        return error.problems
    if not problems and (held := _counted(count_waves, dataset, ANNOTATIONS_FILE)) != dataset.manifest.waves:
        return [f"{MANIFEST_FILE}: waves are {dataset.manifest.waves}, where {ANNOTATIONS_FILE} has {held}"]
    return problems


def _picture_problems(dataset: Dataset) -> list[str]:
    """Check the pictures of sound records."""
    if not dataset.has_pictures:
        return []
    from ecgfactory.dataset.picture_checks import picture_problems  # imports what opens them; most have none

    try:
        problems = list(picture_problems(dataset))
    except DamagedDatasetError as error:
        return error.problems
    if not problems and (held := _counted(count_pictures, dataset, IMAGES_FILE)) != dataset.manifest.pictures:
        return [f"{MANIFEST_FILE}: pictures are {dataset.manifest.pictures}, where {IMAGES_FILE} has {held}"]
    return problems


def _counted(counts: Callable[[Path], dict[str, int]], dataset: Dataset, file: str) -> dict[str, int]:
    with dataset.at_hand(file) as folder:
        return counts(folder)


def _records_at_once(dataset: Dataset) -> int:
    """Return of how many records labels are compared at a time, of which all masks and waves are in memory."""
    return 1 if dataset.plan.request.is_in_pieces else RECORDS_AT_ONCE


def _digest(signal_uv: SignalUv) -> bytes:
    return hashlib.blake2b(signal_uv.tobytes(), digest_size=16).digest()


def find_published(plan: Plan) -> Dataset | None:
    """Return the dataset of a plan when it is published already; its hashes and counts are checked.

    Raises
    ------
    DamagedDatasetError
        When it is there and damaged; the message says what to do.
    """
    if not (plan.dataset_path / MANIFEST_FILE).is_file():
        return None
    try:
        return verify(plan.dataset_path, with_signals=False)
    except DamagedDatasetError as error:
        fix = f"move {plan.dataset_path} away and build again to get it back"
        raise DamagedDatasetError([*error.problems, fix]) from None
