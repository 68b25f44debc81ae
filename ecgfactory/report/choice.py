"""Which records of a dataset are meant: by their ids, ranges of them, or the samples that its report shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import IntArray
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.errors import BadInputError
from ecgfactory.places import find
from ecgfactory.record import record_id
from ecgfactory.report.dataset import accepted_samples

SAMPLES = "samples"

_RANGE = re.compile(r"([0-9]{1,18})[-–]([0-9]{1,18})")  # word processors write the longer dash


@dataclass(frozen=True)
class Choice:
    """Records that were asked for.

    Parameters
    ----------
    ids : list of str
        Each once, in the order asked for.
    left_out : int
        Rejected candidates within the ranges; these are shown only where they are named.
    """

    ids: list[str]
    left_out: int


def choose(files: DatasetFiles, words: Sequence[str]) -> Choice:
    """Find the records that are meant.

    Parameters
    ----------
    files : DatasetFiles
        The dataset.
    words : sequence of str
        Each an id (leading zeros optional) of an accepted record or a rejected candidate, a range of ids like `0-9`,
        whose accepted records are meant, `samples`, or several of these with commas in between.

    Raises
    ------
    BadInputError
        Naming every part that means no record.
    """
    rejected: IntArray = files.rejected_table.column("candidate").to_numpy()
    ids: list[str] = []
    left_out, problems = 0, []
    for part in filter(None, (part.strip() for word in words for part in word.split(","))):
        try:
            if part == SAMPLES:
                ids += _samples(files)
            elif bounds := _RANGE.fullmatch(part):
                low, high = int(bounds[1]), int(bounds[2])
                ids += _accepted_between(files, low, high)
                left_out += int(((rejected >= low) & (rejected <= high)).sum())
            elif find(part, rejected) is not None:
                ids.append(record_id(int(part)))
            else:
                ids.append(record_id(int(files.candidates[files.place(part)])))
        except BadInputError as error:
            problems += error.problems
    if not ids and not problems:
        problems.append(f"no record is named; give ids like 12, ranges like 0-9, or {SAMPLES}.")
    if problems:
        raise BadInputError(problems)
    return Choice(list(dict.fromkeys(ids)), left_out)


def _samples(files: DatasetFiles) -> list[str]:
    if not files.plan.request.report.samples:
        raise BadInputError(f"{SAMPLES}: {files.path} was built with report.samples 0; name the records instead.")
    return accepted_samples(files)


def _accepted_between(files: DatasetFiles, low: int, high: int) -> list[str]:
    if low > high:
        raise BadInputError(f"records {low}-{high}: the range runs backwards; write {high}-{low}.")
    first, last = np.searchsorted(files.candidates, [low, high + 1])
    if first == last:
        raise BadInputError(
            f"records {low}-{high}: no accepted record of {files.path} is among them; "
            f"its ids go from {files.candidates[0]} to {files.candidates[-1]}."
        )
    return [record_id(candidate) for candidate in files.candidates[first:last].tolist()]
