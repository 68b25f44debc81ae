"""What may be wrong in artefacts.parquet: with its rows by themselves, and with those of records.parquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ARTEFACTS_FILE, RECORDS_FILE
from ecgfactory.dataset.truth_checks import truth_problems
from ecgfactory.formats.artefacts import ArtefactsReader
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.record import record_id
from ecgfactory.request.plan import Plan

Check = Callable[[ArtefactTable, Plan], BoolArray]
"""Tells which artefacts of records of a plan are wrong."""


def artefact_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Yield what is wrong in the artefacts of a dataset that has them, by record.

    Raises
    ------
    DamagedDatasetError
        When the file can't be read.
    """
    told = _told_kinds(dataset)

    def check(candidates: IntArray, artefacts: ArtefactTable) -> Iterator[str]:
        yield from _row_problems(candidates, artefacts, dataset.plan)
        yield from _count_problems(candidates, artefacts, dataset.plan)
        yield from _kind_problems(candidates, artefacts, told)

    yield from truth_problems(dataset, ARTEFACTS_FILE, ArtefactsReader, check)
    for candidate, kinds in told.items():
        if kinds:
            yield f"{ARTEFACTS_FILE}: record {record_id(candidate)} is missing; it has {', '.join(kinds)}"
    yield from _verdict_problems(dataset)


def _told_kinds(dataset: DatasetFiles) -> dict[int, list[str]]:
    """Return the kinds of artefact in each record as records.parquet tells them."""
    return dict(zip(dataset.candidates.tolist(), dataset.injured["artefact_kinds"].tolist(), strict=True))


def _row_problems(candidates: IntArray, artefacts: ArtefactTable, plan: Plan) -> Iterator[str]:
    for words, check in _CHECKS.items():
        for row in np.flatnonzero(check(artefacts, plan)).tolist():
            place = f"{ARTEFACTS_FILE}: record {record_id(candidates[artefacts.record[row]])}"
            yield f"{place}, {artefacts.kind[row]}: {words}"


def _count_problems(candidates: IntArray, artefacts: ArtefactTable, plan: Plan) -> Iterator[str]:
    assert plan.artefacts is not None
    least, most = plan.artefacts.least, plan.artefacts.most
    for row in np.flatnonzero((artefacts.counts < least) | (artefacts.counts > most)).tolist():
        place = f"{ARTEFACTS_FILE}: record {record_id(candidates[row])}"
        yield f"{place} has {artefacts.counts[row]} artefacts, where {least} to {most} were asked for"


def _kind_problems(candidates: IntArray, artefacts: ArtefactTable, told: dict[int, list[str]]) -> Iterator[str]:
    """Compare the kinds in records with those in their table; what is seen is taken out of `told`."""
    for candidate, kinds in zip(candidates.tolist(), artefacts.kinds_of_records(), strict=True):
        place = f"{ARTEFACTS_FILE}: record {record_id(candidate)}"
        expected = told.pop(candidate, None)
        if expected is None:
            yield f"{place} is not in {RECORDS_FILE}"
        elif expected != kinds:
            yield f"{place} has {', '.join(kinds)}, where {RECORDS_FILE} tells of {', '.join(expected) or 'nothing'}"


def _verdict_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Yield which records are clean or not against what else records.parquet tells of them."""
    injured = dataset.injured
    is_clean = injured["is_clean"].astype(bool)
    with_kinds = np.array([len(kinds) > 0 for kinds in injured["artefact_kinds"]], dtype=bool)
    with_rules = np.array([len(rules) > 0 for rules in injured["failed_rules"]], dtype=bool)
    ratios = [injured[f"snr_db_{lead}"] for lead in dataset.plan.lead_names]
    with_ratio = ~np.isnan(np.stack(ratios)).all(axis=0)
    for what, with_it in (("artefact_kinds", with_kinds), ("failed_rules", with_rules), ("snr_db", with_ratio)):
        for row in np.flatnonzero(is_clean & with_it).tolist():
            yield f"{RECORDS_FILE}: record {record_id(dataset.candidates[row])} is_clean, and has {what}"
    for row in np.flatnonzero(~is_clean & ~with_kinds).tolist():
        yield f"{RECORDS_FILE}: record {record_id(dataset.candidates[row])} is not is_clean, and has no artefact_kinds"


def _unasked(artefacts: ArtefactTable, plan: Plan) -> BoolArray:
    assert plan.artefacts is not None
    weights = plan.artefacts.weights
    return np.array([weights.get(kind, 0) <= 0 for kind in artefacts.kind], dtype=bool)


def _repeated(artefacts: ArtefactTable, plan: Plan) -> BoolArray:
    seen = set[tuple[int, str]]()
    repeated = np.zeros(len(artefacts), dtype=bool)
    for row, pair in enumerate(zip(artefacts.record.tolist(), artefacts.kind.tolist(), strict=True)):
        repeated[row] = pair in seen
        seen.add(pair)
    return repeated


def _outside(artefacts: ArtefactTable, plan: Plan) -> BoolArray:
    onset, offset = artefacts.onset, artefacts.offset
    outside: BoolArray = (onset < 0) | (onset > offset) | (offset >= plan.samples_per_lead)
    return outside


def _not_finite(artefacts: ArtefactTable, plan: Plan) -> BoolArray:
    infinite: BoolArray = np.isinf(artefacts.amount) | np.isinf(artefacts.snr_db)
    return infinite


def _not_breaking(artefacts: ArtefactTable, plan: Plan) -> BoolArray:
    derives = plan.lead_names == TWELVE_LEADS
    breaking: BoolArray = artefacts.breaks_lead_equations & ~(derives & artefacts.touched.any(axis=1))
    return breaking


def _unreadable(artefacts: ArtefactTable, plan: Plan) -> BoolArray:
    return np.array([not _is_mapping(text) for text in artefacts.parameters], dtype=bool)


def _is_mapping(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


_CHECKS: Mapping[str, Check] = {
    "it was not asked for": _unasked,
    "it is there twice": _repeated,
    "it lies outside of the signal, or its onset is after its offset": _outside,
    "its amount or signal-to-noise ratio is infinite": _not_finite,
    "it breaks lead equations, where it touches none": _not_breaking,
    "its parameters are no JSON object": _unreadable,
}
"""What may be wrong with an artefact, in words."""
