"""The dataset card, read as Hugging Face reads it, and its examples run as a reader would run them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
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
from ecgfactory.dataset.label_section import accuracy_text
from ecgfactory.dataset.reader import Dataset
from ecgfactory.waves.accuracy import Accuracy, BoundAccuracy

EXAMPLE = re.compile(r"### ([^\n]+)\n\n```python\n(.*?)```", re.DOTALL)


@pytest.fixture
def off_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hugging Face's libraries stay off the network."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")


@pytest.fixture
def in_dataset(built: Path, monkeypatch: pytest.MonkeyPatch, off_the_network: None) -> Iterator[Path]:
    """The present folder is the dataset, which stays as it is."""
    monkeypatch.chdir(built)
    with unchanged(built):
        yield built


@pytest.fixture
def in_labelled(labelled: Path, monkeypatch: pytest.MonkeyPatch, off_the_network: None) -> Iterator[Path]:
    """The present folder is the dataset with labels, which stays as it is."""
    monkeypatch.chdir(labelled)
    with unchanged(labelled):
        yield labelled


@contextmanager
def unchanged(dataset: Path) -> Iterator[None]:
    before = {path: path.stat().st_mtime_ns for path in dataset.rglob("*")}
    yield
    assert {path: path.stat().st_mtime_ns for path in dataset.rglob("*")} == before, "reading changed the dataset"


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
    (config,) = front["dataset_info"]
    stated = Features._from_yaml_list(config["features"])
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


LABEL_EXAMPLES = {
    "Waves with pandas",
    "Waves with DuckDB",
    "Waves with Hugging Face datasets",
    "Masks for PyTorch",
    "R peaks in Parquet",
    "Masks in Parquet",
    "Waves as WFDB annotations",
    "Waves as WFDB annotations, beside FLAC",
    "Waves as CSV",
    "Waves as EDF+ annotations",
    "Waves in NumPy",
    "Masks in NumPy",
    "Waves in WebDataset",
    "Masks in WebDataset",
}


def test_every_format_of_a_dataset_with_labels_has_examples_of_them(built: Path, in_labelled: Path) -> None:
    code = examples(in_labelled)
    assert code.keys() - examples(built).keys() == LABEL_EXAMPLES
    card = (in_labelled / "README.md").read_text(encoding="utf-8")
    assert card.count("### ") == len(code), "titles tell examples apart"
    assert max(len(line) for title in LABEL_EXAMPLES for line in code[title].splitlines()) <= 120
    dataset = Dataset(in_labelled)
    told = {title: run(code[title]) for title in LABEL_EXAMPLES}
    first = next(record for record in dataset if dataset.splits[record.record_id] == "train")
    for title in ("Waves as WFDB annotations", "Waves as WFDB annotations, beside FLAC", "Waves in NumPy"):
        assert list(told[title]["r_peaks"]) == list(first.r_peaks)
    rr_ms = told["R peaks in Parquet"]["ecgs"].set_index("record_id").r_peaks.map(np.diff) * 4
    assert list(rr_ms[first.record_id]) == list(np.diff(first.r_peaks) * 4)


def test_examples_of_annotations(in_labelled: Path) -> None:
    code, dataset = examples(in_labelled), Dataset(in_labelled)
    over_all = dataset.annotations[dataset.annotations.lead == "all"].set_index("beat", append=True)
    onset = {wave: over_all[over_all.wave == wave].onset for wave in ("P", "QRS")}
    pr_ms = run(code["Waves with DuckDB"])["pr_ms"].set_index(["record_id", "beat"]).pr_ms.sort_index()
    expected = ((onset["QRS"] - onset["P"]) * 4).dropna()
    assert pr_ms.dropna().tolist() == expected.tolist()
    median_qrs_ms = run(code["Waves with pandas"])["median_qrs_ms"]
    assert list(median_qrs_ms.index) == dataset.record_ids
    assert median_qrs_ms.between(50, 150).all()


def test_examples_of_masks(in_labelled: Path) -> None:
    code, dataset = examples(in_labelled), Dataset(in_labelled)
    stored = run(code["Masks in Parquet"])
    drawn = run(code["Masks for PyTorch"])
    assert stored["mask"].shape == stored["signal_mv"].shape == (15, 8, 2500)
    assert drawn["in_leads"].shape == drawn["signal_mv"].shape == (15, 12, 2500)
    masks = dataset.masks("train")
    of = dict(zip(dataset.candidates[dataset.places("train")].tolist(), masks, strict=True))
    for candidate, mask in zip(drawn["batch"]["candidate"].tolist(), drawn["over_all"].numpy(), strict=True):
        assert np.array_equal(mask, of[candidate][0])


def test_hugging_face_loads_signals_by_default_and_annotations_by_name(in_labelled: Path) -> None:
    from datasets import Features, List, Value, get_dataset_config_names, load_dataset

    assert get_dataset_config_names(str(in_labelled)) == ["default", "annotations"]
    ecgs = load_dataset(str(in_labelled), split="train")
    assert ecgs.features["r_peaks"] == List(Value("int32"))
    assert ecgs.features["mask_all"] == ecgs.features["mask_V6"] == List(Value("uint8"), length=2500)
    waves = load_dataset(str(in_labelled), "annotations")
    assert {name: len(rows) for name, rows in waves.items()} == {"full": len(Dataset(in_labelled).annotations)}
    assert waves["full"].features["onset"] == Value("int32")
    stated = {
        one["config_name"]: Features._from_yaml_list(one["features"])
        for one in front_matter(in_labelled)["dataset_info"]
    }
    assert stated == {"default": ecgs.features, "annotations": waves["full"].features}


def test_labels_have_a_section_where_there_are_any(built: Path, labelled: Path) -> None:
    assert "## Labels" not in (built / "README.md").read_text(encoding="utf-8")
    text = (labelled / "README.md").read_text(encoding="utf-8")
    assert "> **Marked by an algorithm, not by a cardiologist.**" in text
    assert "0 none, 1 P, 2 QRS, 3 T" in text


def test_the_accuracy_of_labels_is_a_table() -> None:
    bounds = (
        BoundAccuracy("QRS onset", 0.95, 40, -1.2, 5, 1, 6.1, experts_two_sd_ms=6.5),
        BoundAccuracy("T onset", 0.9, 50, 2, 12.5, 0, 20, experts_two_sd_ms=None),
        BoundAccuracy("T offset", 0.9, 100, 2, 12.5, 0, 15, experts_two_sd_ms=30.6),
    )
    found = {"p_found": 70, "with_p": 75, "p_falsely_found": 2, "without_p": 25}
    text = accuracy_text(Accuracy("LUDB", "5-fold cross-validation", 0.925, bounds, **found))
    words = " ".join(text.split())
    assert "was measured on real ECGs: LUDB; 5-fold cross-validation. The mean F1" in words
    assert "in 70 of the 75 records in which experts marked some, and in 2 of the 25 in which" in words
    assert "| QRS onset | 0.950 | 40 ms | -1.2 ± 5.0 ms | +1.0 ± 6.1 ms | 6.5 ms |" in text
    assert "| T onset | 0.900 | 50 ms | +2.0 ± 12.5 ms | +0.0 ± 20.0 ms | none stated |" in text
    assert "within it for every bound that has one; twice that, as a stricter reading asks, for T offset only." in words
