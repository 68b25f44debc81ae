"""Rhythms and beats of a published dataset: as records, tables and labels; what card and croissant.json say of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from ecgfactory.beat_table import SYMBOLS
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.rhythm_section import BEAT_COLUMNS, RHYTHM_COLUMNS
from ecgfactory.dataset.summary import summary_rows
from ecgfactory.errors import BadInputError
from ecgfactory.rhythm_kinds import KINDS, NAMES

EXAMPLE = re.compile(r"### ([^\n]+)\n\n```python\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def dataset(composed: Path) -> Dataset:
    return Dataset(composed)


def test_a_record_has_its_rhythm_and_a_symbol_for_each_r_peak(dataset: Dataset) -> None:
    for record in dataset:
        assert record.rhythm in dataset.plan.rhythms
        assert record.beats is not None and record.rhythms is not None and record.waves is not None
        assert len(record.symbols) == len(record.r_peaks) > 3
        assert set(record.symbols) <= set(SYMBOLS)
        assert np.array_equal(record.r_peaks, record.waves.r_peaks()[0])
        assert (record.rhythms.onset[0], record.rhythms.offset[-1]) == (0, 4999)
        assert record.rhythm in repr(record)
    fibrillating = next(record for record in dataset if record.rhythm == "atrial_fibrillation")
    assert fibrillating.waves is not None
    assert not (fibrillating.waves.wave == 0).any(), "no P"


def test_tables_of_a_split_of_a_slice_and_of_all(dataset: Dataset, composed: Path) -> None:
    beats, rhythms = pd.read_parquet(composed / "beats.parquet"), pd.read_parquet(composed / "rhythms.parquet")
    assert dataset.beat_frame["sample"].tolist() == beats["sample"].tolist()
    assert dataset.beat_frame.index.tolist() == beats.record_id.tolist()
    assert dataset.rhythm_frame.rhythm.tolist() == rhythms.rhythm.tolist()
    assert dataset.beats("test").records == dataset.rhythms("test").records == dataset.manifest.splits["test"]
    some = dataset[3:6]
    assert some.rhythm is not None and some.beats is not None
    assert some.rhythm.tolist() == dataset.rhythm[3:6].tolist()
    assert some[1:].beat_frame["sample"].tolist() == np.concatenate([record.r_peaks for record in some[1:]]).tolist()
    assert some.rhythm_frame.index.unique().tolist() == some.record_ids
    assert f"composed: {some.rhythm[0]}" in repr(some)
    assert set(dataset.measured) & {"source", "rhythm", "snomed_ct", "scp_codes"} == set()


def test_rhythms_are_labels_for_pytorch(dataset: Dataset) -> None:
    ecgs = dataset.torch("train", leads=["II"], rhythm_labels=True)
    batch = next(iter(torch.utils.data.DataLoader(ecgs, batch_size=6)))
    names = [ecgs.rhythm_names[number] for number in batch["rhythm"]]
    assert names == dataset.rhythm[dataset.splits == "train"][:6].tolist()
    assert ecgs.rhythm_names == NAMES


def test_ecgs_as_generated_have_neither(built: Path) -> None:
    generated = Dataset(built)
    for call in (
        generated.beats,
        generated.rhythms,
        lambda: generated[0].symbols,
        lambda: generated[:2].beat_frame,
        lambda: generated.rhythm,
        lambda: generated.torch(rhythm_labels=True),
    ):
        with pytest.raises(BadInputError, match="ECGs are as generated, so neither rhythms nor symbols of beats"):
            call()
    assert generated[0].rhythm == ""
    assert {"source", "rhythms", "beats"} & json.loads((built / "manifest.json").read_text()).keys() == set()


def test_the_manifest_and_the_summary_count_them(dataset: Dataset) -> None:
    manifest = dataset.manifest_content
    assert manifest["source"] == "composed"
    assert manifest["rhythms"] == {name: n for name in NAMES if (n := int((dataset.rhythm == name).sum()))}
    symbols = dataset.beat_frame.symbol.value_counts()
    assert manifest["beats"] == {symbol: int(symbols[symbol]) for symbol in SYMBOLS if symbols[symbol]}
    assert manifest["waves"]["QRS"] == len(dataset.beat_frame)
    assert manifest["waves"]["f"] == ((dataset.annotations.wave == "f") & (dataset.annotations["lead"] == "all")).sum()
    rows = dict(summary_rows(dataset))
    assert rows["rhythms"].startswith(f"composed: sinus {manifest['rhythms']['sinus']}")
    assert rows["beats"].startswith(f"N {manifest['beats']['N']}")


@pytest.fixture
def in_composed(composed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The card; the present folder is the dataset, and Hugging Face's libraries stay off the network."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    monkeypatch.chdir(composed)
    yield (composed / "README.md").read_text(encoding="utf-8")


def test_the_card_tells_how_rhythms_were_made_and_what_they_lack(in_composed: str, dataset: Dataset) -> None:
    section = in_composed.split("\n## Rhythms\n")[1].split("\n## ")[0]
    assert "Composed by rule from generated beats" in section and "not for diagnosis" in " ".join(section.split())
    for name, number in dataset.manifest.rhythms.items():
        assert f"| `{name}` | {KINDS[name].title} | {number} |" in section
        assert ", ".join(KINDS[name].snomed_ct) in section
    for missing in ("ischaemia", "hypertrophy", "drugs", "electrolytes", "bundle branch block", "child"):
        assert missing in section
    front = yaml.safe_load(in_composed.split("---\n")[1])
    assert {"beats", "rhythms"} <= {config["config_name"] for config in front["configs"]}


@pytest.mark.parametrize("title", ["pandas", "DuckDB", "Hugging Face datasets", "labels for PyTorch"])
def test_the_examples_run(in_composed: str, dataset: Dataset, title: str) -> None:
    examples = {heading: code for heading, code in EXAMPLE.findall(in_composed) if "hythms" in heading}
    (code,) = (code for heading, code in examples.items() if heading.endswith(title))
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    if title == "pandas":
        assert names["is_ventricular"].sum() == sum(dataset.manifest.beats.get(symbol, 0) for symbol in "VE")
    elif title == "DuckDB":
        assert names["ventricular"].beats.sum() == len(dataset.beat_frame)
    elif title == "Hugging Face datasets":
        assert names["beats"]["symbol"] == dataset.beat_frame.symbol.tolist()
        assert len(names["rhythms"]) == len(dataset.rhythm_frame)
    else:
        assert set(names["names"]) <= set(dataset.plan.rhythms)


def test_croissant_describes_both_tables(composed: Path) -> None:
    croissant = json.loads((composed / "croissant.json").read_text())
    sets = {of["name"]: of for of in croissant["recordSet"]}
    for name, columns in (("beats", BEAT_COLUMNS), ("rhythms", RHYTHM_COLUMNS)):
        told = {field["name"]: field["description"] for field in sets[name]["field"]}
        assert {column: told[column] for column in columns} == columns
    told = {field["name"]: field["description"] for field in sets["records"]["field"]}
    assert "another version" not in " ".join(told[name] for name in ("source", "rhythm", "snomed_ct", "scp_codes"))
