"""Signals beside what artefacts and clean twins say of them: whatever is wrong is found and named by record."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.injury_checks import Injuries
from ecgfactory.dataset.names import ARTEFACTS_FILE, RECORDS_FILE
from ecgfactory.dataset.reader import Dataset, open_dataset
from ecgfactory.ecgs import Ecgs
from ecgfactory.formats.artefacts import ArtefactsWriter
from ecgfactory.leads import SignalUv


@pytest.fixture(scope="module")
def dataset(injured: Path) -> Dataset:
    return open_dataset(injured)


@pytest.fixture(scope="module")
def ecgs(dataset: Dataset) -> Ecgs:
    return dataset[:]


@pytest.fixture
def injuries(dataset: Dataset) -> Injuries:
    return Injuries(dataset)


def problems(injuries: Injuries, ecgs: Ecgs, stored_uv: SignalUv, clean_uv: SignalUv | None = None) -> list[str]:
    clean_uv = ecgs.clean_uv if clean_uv is None else clean_uv
    return list(injuries.problems("data", ecgs.candidates.tolist(), stored_uv, clean_uv))


def first_of(ecgs: Ecgs, *kinds: str) -> int:
    assert ecgs.artefacts is not None
    return ecgs.artefacts.kinds_of_records().index(list(kinds))


def place(ecgs: Ecgs, row: int) -> str:
    return f"data: record {ecgs.record_ids[row]}"


def told(dataset: Dataset, folder: Path, **columns: Any) -> Injuries:
    """What a dataset as `dataset` says, of tables alone, whose artefacts have other columns."""
    (folder / RECORDS_FILE).symlink_to(dataset.path / RECORDS_FILE)
    artefacts = replace(dataset.artefacts_of(dataset.places()), **columns)
    with ArtefactsWriter(folder / ARTEFACTS_FILE, dataset.sampling_rate_hz) as writer:
        writer.write(dataset.candidates, artefacts)
    return Injuries(DatasetFiles(folder, dataset.plan))


def test_sound_records_pass(injuries: Injuries, ecgs: Ecgs) -> None:
    assert problems(injuries, ecgs, ecgs.signals_uv) == []
    assert list(injuries.problems("data", ecgs.candidates.tolist(), ecgs.signals_uv)) == []
    some = ecgs[5:9]
    assert problems(injuries, some, some.signals_uv) == []


def test_a_change_where_no_artefact_is(injuries: Injuries, ecgs: Ecgs) -> None:
    row = first_of(ecgs)
    stored_uv = ecgs.signals_uv.copy()
    stored_uv[row, 8, 100] += 1
    assert problems(injuries, ecgs, stored_uv) == [
        f"{place(ecgs, row)} differs from its clean twin in V3 where no artefact is",
        f"{place(ecgs, row)} has another snr_db_V3 in records.parquet than its signals say",
        f"{place(ecgs, row)} is not its clean twin with its artefacts put in again",
    ]


def test_a_change_in_a_lead_that_an_artefact_leaves_alone(injuries: Injuries, ecgs: Ecgs) -> None:
    marked = ecgs.artefact_masks().any(axis=2)
    row, lead = next((row, lead) for row, lead in zip(*(~marked).nonzero(), strict=True) if marked[row].any())
    stored_uv = ecgs.signals_uv.copy()
    stored_uv[row, lead, :10] -= 5
    found = problems(injuries, ecgs, stored_uv)
    place_of_it = f"{place(ecgs, row)} differs from its clean twin in {ecgs.lead_names[lead]} where no artefact is"
    assert place_of_it in found


def test_broken_lead_equations_with_and_without_twins(injuries: Injuries, ecgs: Ecgs) -> None:
    row = first_of(ecgs, "mains")
    stored_uv = ecgs.signals_uv.copy()
    stored_uv[row, 2, 7] += 1
    expected = f"{place(ecgs, row)} does not obey the lead equations, and no artefact says that it breaks them"
    assert list(injuries.problems("data", ecgs.candidates.tolist(), stored_uv)) == [expected]
    assert problems(injuries, ecgs, stored_uv)[0] == expected


def test_another_clean_twin(injuries: Injuries, ecgs: Ecgs) -> None:
    assert ecgs.clean_uv is not None
    row = first_of(ecgs, "mains")
    clean_uv = ecgs.clean_uv.copy()
    clean_uv[row, 6, 50] += 3
    found = problems(injuries, ecgs, ecgs.signals_uv, clean_uv)
    assert f"{place(ecgs, row)} is not its clean twin with its artefacts put in again" in found
    assert all(problem.startswith(place(ecgs, row)) for problem in found)
    clean_uv[row] = 0
    assert any(
        "can't have its artefacts put into its clean twin again" in problem
        for problem in problems(injuries, ecgs, ecgs.signals_uv, clean_uv)
    )


def test_less_noise_than_is_told(dataset: Dataset, injuries: Injuries, ecgs: Ecgs) -> None:
    """Found by what the signals say alone, as with other software."""
    assert ecgs.clean_uv is not None
    injuries.puts_in_again = False
    row = first_of(ecgs, "mains")
    stored_uv = ecgs.signals_uv.copy()
    stored_uv[row] = ecgs.clean_uv[row] + (stored_uv[row] - ecgs.clean_uv[row]) // 2
    found = problems(injuries, ecgs, stored_uv)
    assert any("another snr_db_I, snr_db_II" in problem for problem in found)
    assert f"{place(ecgs, row)} has mains of another snr_db than its signals say" in found
    stored_uv[row] = ecgs.clean_uv[row]
    found = problems(injuries, ecgs, stored_uv)
    assert any(
        f"{place(ecgs, row)} has mains in I, II" in problem and "as its clean twin" in problem for problem in found
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("amount", 3.0),
        ("snr_db", 40.0),
        ("unit", "mV"),
        ("onset", 1),
        ("breaks_lead_equations", True),
        ("parameters", json.dumps({"frequency_hz": 51})),
        ("touched", False),
    ],
)
def test_other_truth_is_found_as_artefacts_are_put_in_again(
    dataset: Dataset, tmp_path: Path, ecgs: Ecgs, column: str, value: Any
) -> None:
    assert ecgs.artefacts is not None
    row = first_of(ecgs, "mains")
    values = getattr(ecgs.artefacts, column).copy()
    values[ecgs.artefacts.record == row] = value
    found = problems(told(dataset, tmp_path, **{column: values}), ecgs, ecgs.signals_uv)
    name = "leads" if column == "touched" else column
    assert any(f"{place(ecgs, row)} has mains whose {name} did not come out so" in problem for problem in found)
    assert all(problem.startswith(place(ecgs, row)) for problem in found)


def test_kinds_that_do_not_follow_from_seed_and_number(dataset: Dataset, tmp_path: Path, ecgs: Ecgs) -> None:
    assert ecgs.artefacts is not None
    row = first_of(ecgs, "mains")
    kinds = ecgs.artefacts.kind.copy()
    kinds[ecgs.artefacts.record == row] = "limb_lead_swap"
    found = problems(told(dataset, tmp_path, kind=kinds), ecgs, ecgs.signals_uv)
    assert found == [f"{place(ecgs, row)} has limb_lead_swap, where its seed and number give mains"]
