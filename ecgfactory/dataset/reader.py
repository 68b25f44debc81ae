"""Opening a dataset and reading its records back."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from ecgfactory.candidates.pipeline import StageClock, assessed_batches
from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.names import LATEST, MANIFEST_FILE, RECORDS_FILE, REJECTED_FILE
from ecgfactory.errors import BadInputError, DamagedDatasetError
from ecgfactory.formats import FORMATS
from ecgfactory.leads import SignalUv
from ecgfactory.quality.diversity import Diversity, measure_diversity
from ecgfactory.record import Record, record_id
from ecgfactory.request.plan import Plan

DIVERSITY_RUNS, DIVERSITY_RUN = 10, 30
"""Neighbours lie in one row group of a file, which is read as a whole."""


class DatasetFiles:
    """The files of a dataset, published or about to be.

    Parameters
    ----------
    path : Path
        Its folder.
    plan : Plan
        What it was made by.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path = path
        self.plan = plan

    @property
    def formats(self) -> Sequence[str]:
        """Names of the formats it holds."""
        return self.plan.request.formats

    @cached_property
    def records(self) -> pa.Table:
        """The rows of records.parquet."""
        return self.table(RECORDS_FILE)

    @cached_property
    def rejected(self) -> pa.Table:
        """The rows of rejected.parquet."""
        return self.table(REJECTED_FILE)

    def record(self, wanted: str) -> Record:
        """Return one record: an accepted one is read from the first of the formats, a rejected one made again.

        Parameters
        ----------
        wanted : str
            Record id, leading zeros optional.

        Raises
        ------
        BadInputError
            When there is no such record; the nearest one is named.
        DamagedDatasetError
            When its file can't be read.
        """
        number = int(wanted) if wanted.isdecimal() else -1
        if number in self._rejected_rows:
            return self._remade(number)
        row = self._row(wanted)
        signal_uv = self.signals(self.formats[0], row[f"{self.formats[0]}_path"], [row["candidate"]])[0]
        features = {
            name: value
            for name, value in row.items()
            if name not in {"record_id", "candidate", "split"} and not name.endswith("_path")
        }
        return Record(row["record_id"], self.plan.lead_names, signal_uv, self.plan.seed, features=features)

    def paths(self, wanted: str) -> dict[str, list[str]]:
        """Return the files that hold an accepted record, by format, as paths below the dataset."""
        row = self._row(wanted)
        return {name: FORMATS.load(name).files(row[f"{name}_path"]) for name in self.formats}

    def signals(self, format_name: str, path: str, candidates: Sequence[int]) -> SignalUv:
        """Read records from one file; see `Format.read`.

        Raises
        ------
        DamagedDatasetError
            When the file is missing or does not hold them.
        """
        spec = self.plan.signal_spec
        try:
            return FORMATS.load(format_name).read(self.path, path, candidates, spec)
        except (OSError, ValueError, IndexError, KeyError, pa.ArrowException) as error:
            raise DamagedDatasetError([f"{path}: can't be read ({' '.join(str(error).split())[:200]})"]) from None

    def files_of(self, format_name: str, records_at_once: int) -> Iterator[tuple[str, list[int]]]:
        """Yield each file of a format with the candidates in it, at most so many at once."""
        for path, members in _candidates_by_file(self.records, format_name).items():
            for start in range(0, len(members), records_at_once):
                yield path, members[start : start + records_at_once]

    @cached_property
    def _rejected_rows(self) -> dict[int, int]:
        numbers = self.rejected.column("candidate").to_pylist()
        return {number: row for row, number in enumerate(numbers)}

    def _remade(self, candidate: int) -> Record:
        row = self.rejected.slice(self._rejected_rows[candidate], 1).to_pylist()[0]
        features = {name: row[name] for name in row if name not in {"candidate", "failed_rules", "reasons"}}
        batch = next(assessed_batches(self.plan, [candidate], StageClock()))
        return Record(
            record_id(candidate),
            self.plan.lead_names,
            batch.signals_uv[0],
            self.plan.seed,
            features=features,
            reasons=tuple(row["reasons"]),
        )

    def _row(self, wanted: str) -> dict[str, Any]:
        ids = self.records.column("record_id").to_pylist()
        name = record_id(int(wanted)) if wanted.isdecimal() else wanted
        if name not in ids:
            raise BadInputError(f"record {wanted!r} is not in {self.path}; {_nearest(name, ids)}.")
        row: dict[str, Any] = self.records.slice(ids.index(name), 1).to_pylist()[0]
        return row

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Read one of the dataset's tables, or some columns of it.

        Raises
        ------
        DamagedDatasetError
            When it can't be read.
        """
        try:
            return pq.read_table(self.path / name, columns=columns)
        except (OSError, pa.ArrowException) as error:
            raise DamagedDatasetError(
                [f"{self.path / name}: can't be read ({' '.join(str(error).split())[:200]})"]
            ) from None


def sample_diversity(files: DatasetFiles) -> Diversity:
    """Look for near-duplicates among at most 300 records: runs of 30, evenly spaced over the dataset."""
    name = files.formats[0]
    where = files.table(RECORDS_FILE, ["candidate", f"{name}_path"])
    count = where.num_rows
    runs = np.linspace(0, max(count - DIVERSITY_RUN, 0), DIVERSITY_RUNS).round().astype(np.int64)
    rows = np.unique(np.add.outer(runs, np.arange(min(DIVERSITY_RUN, count))))
    sample = where.take(pa.array(rows))
    by_file = _candidates_by_file(sample, name)
    signals = [files.signals(name, path, candidates) for path, candidates in by_file.items()]
    ids = [record_id(candidate) for candidates in by_file.values() for candidate in candidates]
    return measure_diversity(np.concatenate(signals), files.plan.lead_names, ids)


def _candidates_by_file(records: pa.Table, format_name: str) -> dict[str, list[int]]:
    """Group rows of records.parquet by the file that holds them in a format."""
    paths = records.column(f"{format_name}_path").to_pylist()
    by_file: dict[str, list[int]] = {}
    for path, candidate in zip(paths, records.column("candidate").to_pylist(), strict=True):
        by_file.setdefault(path, []).append(candidate)
    return by_file


class Dataset(DatasetFiles):
    """A published dataset.

    Parameters
    ----------
    path : Path
        Its folder, or the folder of its name (then the newest one).

    Raises
    ------
    BadInputError
        When there is no dataset.
    DamagedDatasetError
        When its manifest can't be read.
    """

    def __init__(self, path: Path) -> None:
        inside = path / LATEST if not (path / MANIFEST_FILE).is_file() and (path / LATEST).is_dir() else path
        if not (inside / MANIFEST_FILE).is_file():
            raise BadInputError(
                f"{path}: holds no dataset (no {MANIFEST_FILE}); give the folder that `ecgfactory build` printed."
            )
        folder = inside.resolve()
        try:
            text = (folder / MANIFEST_FILE).read_text(encoding="utf-8")
            self.manifest_content: dict[str, Any] = json.loads(text)
            self.manifest = Manifest.model_validate(self.manifest_content)
        except ValidationError as error:  # a package that brings one of its formats may be missing
            reasons = dict.fromkeys(problem["msg"].removeprefix("Value error, ") for problem in error.errors())
            problems = [f"{folder / MANIFEST_FILE}: can't be read ({reason[:200]})" for reason in reasons]
            raise DamagedDatasetError(problems) from None
        except (OSError, ValueError) as error:
            first = str(error).splitlines()[0]
            raise DamagedDatasetError([f"{folder / MANIFEST_FILE}: can't be read ({first})"]) from None
        super().__init__(folder, self.manifest.plan)


def _nearest(name: str, ids: Sequence[str]) -> str:
    if name.isdecimal():
        nearest = min(ids, key=lambda record: abs(int(record) - int(name)))
        return f"the nearest one is {nearest}"
    close = difflib.get_close_matches(name, ids, n=1)
    return f"did you mean {close[0]}?" if close else f"ids are candidate numbers, the first is {ids[0]}"
