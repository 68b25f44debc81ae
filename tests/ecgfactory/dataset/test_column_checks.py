"""What files tell of records besides signals and labels, with sums that fit."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecgfactory.dataset.column_checks import column_problems
from ecgfactory.dataset.names import RECORDS_FILE
from ecgfactory.dataset.reader import Dataset

pytestmark = pytest.mark.slow

Change = Callable[[Any], Any]


def beside(dataset: Path, folder: Path, *copied: str) -> Dataset:
    """The dataset with links to its files, and copies of some folders."""
    for entry in dataset.iterdir():
        if entry.name in copied:
            shutil.copytree(entry, folder / entry.name)
        else:
            (folder / entry.name).symlink_to(entry)
    return Dataset(folder)


def problems(dataset: Dataset) -> list[str]:
    return list(column_problems(dataset))


def edit(path: Path, name: str, change: Change) -> str:
    """Change a column in the first row of a table; return its record."""
    table = pq.read_table(path)
    number, values = table.schema.get_field_index(name), table.column(name).to_pylist()
    values[0] = change(values[0])
    pq.write_table(
        table.set_column(number, table.schema.field(name), pa.array(values, table.schema.types[number])), path
    )
    record: str = table.column("record_id")[0].as_py()
    return record


@pytest.mark.parametrize(
    ("folder", "name", "change"),
    [
        ("data", "is_clean", lambda value: not value),
        ("data", "artefact_kinds", lambda value: [*value, "clipping"]),
        ("data", "snr_db_II", lambda value: 5.0 + (value or 0)),
        ("data", "failed_rules", lambda value: [*value, "flat"]),
        ("data", "heart_rate_bpm", lambda value: value + 1e-9),
        ("data", "clean_heart_rate_bpm", lambda value: None),
        ("data", "split", lambda value: "test" if value == "train" else "train"),
        ("clean", "heart_rate_bpm", lambda value: value + 1),
        ("clean", "record_id", lambda value: "00000999"),
    ],
)
def test_a_column_that_differs_is_found(injured: Path, tmp_path: Path, folder: str, name: str, change: Change) -> None:
    dataset = beside(injured, tmp_path, folder)
    path = sorted((tmp_path / folder).glob("train-*"))[0]
    record = dataset.records_table.column("record_id")[0].as_py()
    held = edit(path, name, change)
    place = f"{folder}/{path.name}"
    (found,) = problems(dataset)
    assert found == f"{place}: {name} of record {record if name == 'record_id' else held} differs from {RECORDS_FILE}"


def test_sound_columns_and_headers_pass(injured: Path, built: Path) -> None:
    assert problems(Dataset(injured)) == []
    assert problems(Dataset(built)) == []


def test_many_records_that_differ_are_one_problem_and_so_are_other_columns(injured: Path, tmp_path: Path) -> None:
    dataset = beside(injured, tmp_path, "data")
    path = sorted((tmp_path / "data").glob("train-*"))[0]
    table = pq.read_table(path)
    number, wrong = table.schema.get_field_index("is_clean"), pa.array([True] * len(table))
    held = table.column("is_clean").to_pylist().count(False)
    pq.write_table(table.set_column(number, "is_clean", wrong), path)
    (found,) = problems(dataset)
    assert found.startswith(f"data/{path.name}: is_clean of record 0")
    assert found.endswith(f" and {held - 1} others differs from {RECORDS_FILE}")
    pq.write_table(table.drop_columns(["snr_db_V2"]).append_column("clean", wrong), path)
    assert problems(dataset) == [f"data/{path.name}: it has other columns than {RECORDS_FILE} (clean, snr_db_V2)"]


def test_twins_are_compared_where_their_features_are_known_alone(injured: Path, tmp_path: Path) -> None:
    dataset = beside(injured, tmp_path, "clean", "data")
    (tmp_path / RECORDS_FILE).unlink()
    for path in ("records.parquet", *(f"data/{path.name}" for path in (tmp_path / "data").iterdir())):
        table = pq.read_table(injured / path)
        kept = [name for name in table.column_names if not name.startswith("clean_")]
        pq.write_table(table.select(kept), tmp_path / path)
    assert problems(dataset) == []
    for path in sorted((tmp_path / "clean").glob("*")):
        table = pq.read_table(path)
        number = table.schema.get_field_index("beats")
        pq.write_table(table.set_column(number, "beats", pa.array([99] * len(table), pa.int32())), path)
    (found, *_) = problems(Dataset(tmp_path))
    assert found.startswith("clean/") and "beats of record" in found


def test_headers_that_tell_something_else_are_found(injured: Path, tmp_path: Path) -> None:
    dataset = beside(injured, tmp_path, "wfdb", "wfdb_clean")
    noisy = next(path for path in sorted((tmp_path / "wfdb").rglob("*.hea")) if " snr " in path.read_text())
    other = sorted((tmp_path / "wfdb").rglob("*.hea"))[-1]
    twin = sorted((tmp_path / "wfdb_clean").rglob("*.hea"))[2]
    lines = noisy.read_text().splitlines(keepends=True)
    noisy.write_text("".join(line for line in lines if "# artefact" not in line) + "# artefacts: none\n")
    other.write_text(other.read_text().replace("candidate: ", "candidate: 1"))
    twin.write_text(twin.read_text() + "# artefact: muscle II 0-4999 snr 3.0 dB\n")
    assert problems(dataset) == [
        f"{path.relative_to(tmp_path)}: what the header says of record {path.stem} is not what the dataset holds"
        for path in (noisy, other, twin)
    ]
    again = "".join(line.replace(" snr ", " snr 1") for line in lines)
    noisy.write_text(again)
    assert len(problems(dataset)) == 3


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> str:
    """Change the features of the first record in a tar file; return its id."""
    with tarfile.open(path) as tar:
        members = [(entry, file.read()) for entry in tar.getmembers() if (file := tar.extractfile(entry))]
    place = next(place for place, (entry, _) in enumerate(members) if entry.name.endswith(".json"))
    entry, content = members[place]
    features = json.loads(content)
    change(features)
    members[place] = (entry, json.dumps(features).encode())
    with tarfile.open(path, "w") as tar:
        for entry, content in members:
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return str(features["record_id"])


def test_features_in_webdataset_are_compared(built: Path, tmp_path: Path) -> None:
    dataset = beside(built, tmp_path, "webdataset")
    path = sorted((tmp_path / "webdataset").glob("train-*"))[0]
    record = rewrite(path, lambda features: features.update(heart_rate_bpm=features["heart_rate_bpm"] + 1))
    place = f"webdataset/{path.name}"
    assert problems(dataset) == [f"{place}: heart_rate_bpm of record {record} differs from {RECORDS_FILE}"]
    rewrite(path, lambda features: features.update(heart_rate_bpm="fast"))
    assert problems(dataset)[0].startswith(f"{place}: can't be read (")
    rewrite(path, lambda features: features.update(sampling_rate_hz=250))
    assert "tells of other leads, sampling rate or filters than the dataset" in problems(dataset)[0]
    rewrite(path, lambda features: features.update(sampling_rate_hz=500, quality=1))
    assert "does not tell the same of every record" in problems(dataset)[0]
