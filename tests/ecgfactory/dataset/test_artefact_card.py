"""What card and croissant.json say of artefacts, read as Hugging Face and Croissant do, and the examples run."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlcroissant
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.dataset.artefact_section import ARTEFACT_COLUMNS
from ecgfactory.dataset.artefact_summary import SNR_EDGES_DB, Spread, summarise_artefacts
from ecgfactory.dataset.reader import Dataset
from ecgfactory.formats.artefacts import ARTEFACT_SCHEMA

EXAMPLE = re.compile(r"### ([^\n]+)\n\n```python\n(.*?)```", re.DOTALL)
TITLES = {
    "Artefacts with pandas",
    "Artefacts with DuckDB",
    "Artefacts with Hugging Face datasets",
    "Artefact masks for PyTorch",
    "Noisy and clean pairs for PyTorch",
    "Noisy and clean records with Hugging Face datasets",
}


@pytest.fixture
def in_injured(injured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The present folder is the dataset with artefacts; Hugging Face's libraries stay off the network."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    monkeypatch.chdir(injured)
    yield injured


def card(dataset: Path) -> str:
    return (dataset / "README.md").read_text(encoding="utf-8")


def run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    return names


def test_the_summary_is_that_of_the_tables(injured: Path) -> None:
    summary = summarise_artefacts(injured)
    artefacts, records = pd.read_parquet(injured / "artefacts.parquet"), pd.read_parquet(injured / "records.parquet")
    assert (summary.records, summary.clean_records) == (len(records), records.is_clean.sum())
    assert {kind.name: kind.count for kind in summary.kinds} == artefacts.kind.value_counts().to_dict()
    mains = next(kind for kind in summary.kinds if kind.name == "mains")
    of_mains = artefacts[artefacts.kind == "mains"]
    assert (mains.amount.low, mains.amount.high) == (of_mains.amount.min(), of_mains.amount.max())
    assert (mains.unit, mains.title) == ("uV", ARTEFACTS.load("mains").title)
    assert summary.snr_counts.sum() == artefacts.snr_db.notna().sum()
    median = np.repeat(SNR_EDGES_DB[:-1], summary.snr_counts)[summary.snr_counts.sum() // 2]
    assert median - 1 <= artefacts.snr_db.median() <= median + 3
    injured_records = len(records) - records.is_clean.sum()
    assert summary.words == f"{len(artefacts)} in {injured_records} records; {records.is_clean.sum()} are clean"


def test_a_spread_is_told_in_few_digits() -> None:
    spread = Spread()
    assert spread.words("uV") == ""
    spread.add(np.array([np.nan]))
    assert spread.words("uV") == ""
    spread.add(np.array([1234.56, np.nan, 0.12345]))
    assert spread.words("uV") == "0.123 to 1,235 uV"
    one = Spread()
    one.add(np.array([2.0]))
    assert one.words() == "2"


def test_the_card_has_a_section_where_there_are_artefacts(built: Path, injured: Path) -> None:
    assert "rtefact" not in card(built)
    text, words = card(injured), " ".join(card(injured).split())
    artefacts = pd.read_parquet(injured / "artefacts.parquet")
    for name, count in artefacts.kind.value_counts().items():
        assert f"| `{name}` | {ARTEFACTS.load(str(name)).title} | {count} |" in text
    assert "`frequency_hz`, frequency of the fundamental" in words
    assert set(ARTEFACT_COLUMNS) == set(ARTEFACT_SCHEMA.names)
    assert all(f"| `{name}` |" in text for name in ARTEFACT_SCHEMA.names)
    assert "`clean/` beside `data/`, `wfdb_clean/` beside `wfdb/`" in words
    assert "and masks of them, are those of the clean record" in words
    assert "Noise of the kind `mains` was scaled to a signal-to-noise ratio drawn from -6 to 24 dB" in words
    sized = re.search(r"Of ([^.]*) the size was drawn, and the ratio is what follows from it", words)
    assert (sized[1].replace("`", "").split(" and ") if sized else []) == [
        name for name, kind in artefacts[artefacts.kind != "mains"].groupby("kind", sort=False)
        if kind.snr_db.notna().any()
    ]  # fmt: skip
    assert ("-32768" in words) == (artefacts.kind == "dropped_samples").any()
    assert "| Artefacts | artefacts in 75 % of records, clean twins kept |" in text


def test_examples_of_artefacts(in_injured: Path) -> None:
    code, dataset = dict(EXAMPLE.findall(card(in_injured))), Dataset(in_injured)
    assert code.keys() >= TITLES
    assert card(in_injured).count("### ") == len(code), "titles tell examples apart"
    assert max(len(line) for title in TITLES for line in code[title].splitlines()) <= 120
    table = pd.read_parquet("artefacts.parquet")
    with_pandas = run(code["Artefacts with pandas"])
    assert set(with_pandas["clean_ids"]) == set(dataset.record_ids) - set(table.record_id)
    assert len(with_pandas["of_mains"]) == (table.kind == "mains").sum()
    worst = run(code["Artefacts with DuckDB"])["worst"]
    assert list(worst.snr_db) == sorted(table.snr_db[table.snr_db < 6])
    assert worst.seconds.max() == pytest.approx(10)
    assert len(run(code["Artefacts with Hugging Face datasets"])["artefacts"]) == len(table)
    pairs = run(code["Noisy and clean pairs for PyTorch"])
    assert pairs["noisy_mv"].shape == pairs["clean_mv"].shape == (24, 12, 5000)
    rows = run(code["Noisy and clean records with Hugging Face datasets"])
    assert rows["noisy"]["record_id"] == rows["clean"]["record_id"]
    assert len(rows["noisy_uv"]) == len(rows["clean_uv"]) == 5000
    masks = run(code["Artefact masks for PyTorch"])
    assert masks["injured"].shape == masks["signal_mv"].shape
    differs = (pairs["noisy_mv"] != pairs["clean_mv"]).any(dim=-1)
    assert differs.sum() == masks["injured"].any(dim=-1).sum(), "leads that were changed are those in the masks"


def test_every_example_of_a_format_runs(in_injured: Path) -> None:
    code = dict(EXAMPLE.findall(card(in_injured)))
    plan = Dataset(in_injured).plan
    from ecgfactory.formats import FORMATS

    formats = [FORMATS.load(name) for name in plan.request.formats]
    kinds = ("artefact_loading", "artefact_mask_loading", "pair_loading")
    titles = {title for one in formats for kind in kinds for title in getattr(one, kind)}
    assert {"Noisy and clean records in NumPy", "Artefact masks in Parquet"} <= titles
    assert titles <= code.keys()
    for title in titles:
        run(code[title])


def test_hugging_face_loads_noisy_ones_by_default_and_clean_ones_by_name(in_injured: Path) -> None:
    from datasets import Features, List, Value, get_dataset_config_names, load_dataset

    assert get_dataset_config_names(str(in_injured)) == ["default", "clean", "annotations", "artefacts"]
    loaded = {name: load_dataset(str(in_injured), name) for name in ("default", "clean", "artefacts")}
    noisy, clean = loaded["default"]["train"], loaded["clean"]["train"]
    assert noisy["record_id"] == clean["record_id"]
    same = [one == other for one, other in zip(noisy["II"], clean["II"], strict=True)]
    assert all(equal for equal, is_clean in zip(same, noisy["is_clean"], strict=True) if is_clean)
    assert not all(same)
    assert noisy.features["artefact_kinds"] == List(Value("string"))
    assert loaded["artefacts"]["full"].features["breaks_lead_equations"] == Value("bool")
    front: dict[str, Any] = yaml.safe_load(card(in_injured).split("---\n", 2)[1])
    stated = {one["config_name"]: Features._from_yaml_list(one["features"]) for one in front["dataset_info"]}
    for name, splits in loaded.items():
        assert stated[name] == next(iter(splits.values())).features


def test_artefacts_load_through_croissant(injured: Path) -> None:
    croissant = mlcroissant.Dataset(jsonld=str(injured / "croissant.json"))
    assert not croissant.metadata.ctx.issues.errors
    expected = pd.read_parquet(injured / "artefacts.parquet")
    rows = itertools.islice(croissant.records("artefacts"), 5)
    for row, (_, told) in zip(rows, expected.iterrows(), strict=False):
        assert row["artefacts/kind"].decode() == told.kind
        assert [lead.decode() for lead in row["artefacts/leads"]] == list(told.leads)
        assert (row["artefacts/onset"], row["artefacts/offset"]) == (told.onset, told.offset)
        assert json.loads(row["artefacts/parameters"]) == json.loads(told.parameters)


def test_every_column_is_described_and_every_file_named(injured: Path) -> None:
    content = json.loads((injured / "croissant.json").read_text(encoding="utf-8"))
    told = {field["@id"]: field for one in content["recordSet"] for field in one["field"]}
    assert not [name for name, field in told.items() if "another version" in field["description"]]
    assert told["artefacts/lead"]["description"] == "The lead that it changed; all where it changed more than one."
    assert told["annotations/lead"]["description"].startswith("Name of the lead that the wave is marked in")
    assert told["records/failed_rules"]["description"] != told["rejected/failed_rules"]["description"]
    assert told["records/wfdb_clean_path"]["description"].endswith("the signals without artefacts as wfdb.")
    assert told["records/clean_heart_rate_bpm"]["description"].startswith("Of the record without its artefacts: ")
    assert told["signals/artefact_mask_II"]["description"].startswith("Whether each sample of lead II is in an")
    of_twins = pq.read_schema(next((injured / "clean").glob("train-*.parquet"))).names
    assert [told[f"clean_signals/{name}"]["source"]["extract"]["column"] for name in of_twins] == of_twins
    assert told["clean_signals/II"]["source"]["fileSet"] == {"@id": "parquet_clean.parquet"}
    included = {entry["@id"]: entry["includes"] for entry in content["distribution"] if "includes" in entry}
    assert included["wfdb_clean.dat"] == "wfdb_clean/*/*.dat"
    assert included["parquet_clean.parquet"] == "clean/*.parquet"
