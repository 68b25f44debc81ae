"""What `ecgfactory validate` says of a request: how long the records are, what of, how large and how long it takes."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest import MonkeyPatch

from ecgfactory.cli.build import validate_file


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            "{records: 20, duration_s: 86400, rhythm: {sinus: 0.6, atrial_fibrillation: 0.4}, formats: [wfdb]}",
            "20 records of 12 leads and 24 h at 500 Hz, composed: 60 % sinus, 40 % atrial_fibrillation; as wfdb, "
            "about 21.8 GB in datasets/ and 19 min of one core\n",
        ),
        ("{records: 2, duration_s: 300}", "2 records of 12 leads and 5 min at 500 Hz, composed: sinus; as parquet"),
        (
            "{records: 2, formats: [parquet, images], images: {damage: [photo, none], per_record: 3}}",
            "2 records of 12 leads and 10 s at 500 Hz, as parquet, images, 3 pictures of each record at 200 dpi, each "
            "damaged with a chance of 50 %, about ",
        ),
        ("{records: 2, duration_s: 90}", " 90 s at 500 Hz, composed: sinus; as "),
    ],
)
def test_length_rhythms_size_and_time_are_said(
    asked: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "asked.yaml"
    file.write_text(f"{asked[:-1]}, name: asked, leads: 12}}", encoding="utf-8")
    validate_file(file, [])
    told = capsys.readouterr().out
    assert words in told
    assert ("of one core" in told) == ("20 records" in words)


@pytest.mark.parametrize(
    ("formats", "warning"),
    [
        ("[parquet]", None),
        (
            "[wfdb, csv]",
            "warning: about 60 million requests are paid for, as wfdb and csv put each record into files of its own; "
            "parquet, npy and webdataset put many into one: about 59,000 as parquet",
        ),
        ("[parquet, images]", "warning: about 80 million requests are paid for, as images put each record into files"),
    ],
)
def test_what_is_asked_of_a_store_is_said(
    formats: str, warning: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**15))
    file = tmp_path / "asked.yaml"
    file.write_text(f"name: asked\nrecords: 1e7\nformats: {formats}\noutput: s3://bucket/x\nworkers: {{cpu: 64}}\n")
    validate_file(file, [])
    valid, asked, *more = capsys.readouterr().out.splitlines()
    assert " in s3://bucket/x/ and " in valid
    assert asked.startswith(f"{file}: s3://bucket/x is not tried before it is built; about ")
    assert "requests that write, copy or list there and " in asked
    assert [line.removeprefix(f"{file}: ")[: len(warning or "")] for line in more] == ([warning] if warning else [])


def test_few_files_of_each_record_are_no_reason_to_warn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "asked.yaml"
    file.write_text("name: asked\nrecords: 100\nformats: [wfdb]\noutput: gs://bucket\n")
    validate_file(file, [])
    assert "warning" not in capsys.readouterr().out
