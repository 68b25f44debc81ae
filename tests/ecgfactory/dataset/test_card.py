"""The dataset card, read as Hugging Face reads it, and its examples run as a reader would run them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from ecgfactory.dataset.card import SIZE_CATEGORIES, write_card
from ecgfactory.dataset.counts import count
from ecgfactory.dataset.reader import Dataset

EXAMPLE = re.compile(r"### ([^\n]+)\n\n```python\n(.*?)```", re.DOTALL)


@pytest.fixture
def in_dataset(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The present folder is the dataset, and Hugging Face's libraries stay off the network."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    monkeypatch.chdir(built)
    before = {path: path.stat().st_mtime_ns for path in built.rglob("*")}
    yield built
    assert {path: path.stat().st_mtime_ns for path in built.rglob("*")} == before, "reading changed the dataset"


def examples(dataset: Path) -> dict[str, str]:
    return dict(EXAMPLE.findall((dataset / "README.md").read_text(encoding="utf-8")))


def run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    return names


def front_matter(dataset: Path) -> dict[str, Any]:
    _, front, _ = (dataset / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    parsed: dict[str, Any] = yaml.safe_load(front)
    return parsed


def test_every_format_of_the_dataset_has_an_example(built: Path) -> None:
    assert examples(built).keys() == {
        "Table of records",
        "Hugging Face datasets",
        "PyTorch",
        "pandas",
        "DuckDB",
        "WFDB",
        "CSV",
        "WFDB with FLAC",
        "EDF+",
        "NumPy",
        "WebDataset",
    }


def test_examples_of_single_records_show_the_first_record(in_dataset: Path) -> None:
    first = Dataset(in_dataset).record(pd.read_parquet("records.parquet").record_id[0])
    code = examples(in_dataset)
    for title in ("WFDB", "WFDB with FLAC"):
        assert run(code[title])["ecg_mv"][:, 1] * 1000 == pytest.approx(first.lead("II"))
    assert list(run(code["EDF+"])["ecg_uv"]) == list(first.lead("II"))
    assert list(run(code["CSV"])["ecg_uv"]["II"]) == list(first.lead("II"))


def test_examples_of_tables(in_dataset: Path) -> None:
    code = examples(in_dataset)
    records = run(code["Table of records"])["records"]
    assert len(records) == 40
    ecgs = run(code["pandas"])["ecgs"]
    assert sorted(ecgs.record_id) == list(records.record_id)
    slow = run(code["DuckDB"])["slow"]
    assert set(slow.record_id) == set(records.record_id[records.heart_rate_bpm < 65]) != set()
    assert len(slow.II[0]) == 5000


def test_examples_of_machine_learning(in_dataset: Path) -> None:
    code = examples(in_dataset)
    hugging_face = run(code["Hugging Face datasets"])
    counts = pd.read_parquet("records.parquet").split.value_counts().to_dict()
    assert {name: len(split) for name, split in hugging_face["splits"].items()} == counts
    first = Dataset(in_dataset).record(hugging_face["splits"]["train"][0]["record_id"])
    assert list(hugging_face["ecg_uv"]) == list(first.lead("II"))
    torch = run(code["PyTorch"])
    assert torch["signal_mv"].shape[1:] == (8, 5000)
    assert 0.5 < float(torch["signal_mv"].abs().max()) < 5


def test_examples_of_shards(in_dataset: Path) -> None:
    code = examples(in_dataset)
    dataset = Dataset(in_dataset)
    numpy = run(code["NumPy"])
    train = dataset.splits[dataset.splits == "train"].index
    assert [f"{candidate:08d}" for candidates in numpy["candidates"] for candidate in candidates] == list(train)
    assert (np.concatenate(numpy["ecgs_uv"]) == dataset.signals("train", unit="uV")).all()
    last = run(code["WebDataset"])
    assert len(list(last["ecgs"])) == len(train)
    assert (last["signal_uv"] == dataset.record(last["features"]["record_id"]).signal_uv).all()
    assert last["features"]["leads"][1] == "II"


def test_front_matter_describes_the_files(in_dataset: Path) -> None:
    from datasets import Features

    front = front_matter(in_dataset)
    assert front["license"] == "cc-by-4.0"
    assert front["size_categories"] == ["n<1K"]
    assert [entry["split"] for entry in front["configs"][0]["data_files"]] == ["train", "validation", "test"]
    stated = Features._from_yaml_list(front["dataset_info"]["features"])
    for path in sorted((in_dataset / "data").glob("*.parquet")):
        assert stated == Features.from_arrow_schema(pq.read_schema(path).remove_metadata())


def test_no_parquet_no_configs_and_no_reports_no_mention(copy: Path) -> None:
    dataset = Dataset(copy)
    request = dataset.plan.request.model_copy(
        update={"formats": ("csv",), "report": dataset.plan.request.report.model_copy(update={"samples": 0})}
    )
    plan = dataset.plan.model_copy(update={"request": request})
    for path in (copy / "data").iterdir():
        path.unlink()
    write_card(copy, plan, count(plan, copy))
    assert "configs" not in front_matter(copy)
    assert examples(copy).keys() == {"Table of records", "CSV"}
    assert "reports/" not in (copy / "README.md").read_text(encoding="utf-8")


def test_size_categories_reach_beyond_the_largest_request() -> None:
    limits = [limit for limit, _ in SIZE_CATEGORIES]
    assert limits == sorted(limits)
    assert limits[-1] > 99_999_999


def test_tables_of_records_are_joined_by_candidate_however_they_are_read(built: Path) -> None:
    text, table = pd.read_csv(built / "records.csv"), pd.read_parquet(built / "records.parquet")
    assert text.candidate.dtype == table.candidate.dtype
    joined = table.merge(text, on="candidate")
    assert len(joined) == len(table) == 40
    np.testing.assert_allclose(joined.heart_rate_bpm_x, joined.heart_rate_bpm_y, rtol=1e-12)
    records = f"'{built}/records.csv' AS text JOIN '{built}/records.parquet' AS rows USING (candidate)"
    assert len(duckdb.sql(f"SELECT candidate FROM {records}").df()) == 40
