"""`ecgfactory annotate` as a user runs it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import wfdb

from tests.foreign_files import MV, TIME_S, table


@pytest.fixture
def annotate(run_here: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs the command with the temporary folder as working folder."""
    monkeypatch.chdir(tmp_path)
    return partial(run_here, "annotate")


@pytest.fixture
def ecgs(tmp_path: Path) -> Path:
    """A folder of two ECGs, one that can't be read, one that is below, and a table of something else."""
    folder = tmp_path / "ecgs"
    (folder / "sub").mkdir(parents=True)
    for name in ("one.csv", "sub/one.csv"):
        table(folder / name, {"time": TIME_S[::5], "MLII": MV[1, ::5], "V5": 0 * MV[10, ::5]})
    table(
        folder / "many.csv",
        {"record_id": ["a"] * 1500 + ["b"] * 1500, "time": [*TIME_S[:1500]] * 2, "II": MV[1, :3000]},
    )
    (folder / "void.csv").write_bytes(b"")
    (folder / "prose.csv").write_text("dear,reader\nno,ECG\n", encoding="utf-8")
    return folder


def test_annotate_writes_files_that_wfdb_reads_tells_people_and_keeps_what_is_there(
    ecgs: Path, annotate: Callable[..., Any]
) -> None:
    here = ecgs.parent
    done = annotate("ecgs")
    assert done.returncode == 1
    assert done.stderr == "ecgfactory: 1 of 5 ECGs at ecgs could not be annotated; they are named above.\n"
    lines = done.stdout.splitlines()
    assert "failed      void.csv" in lines
    assert "            the file is empty" in lines
    assert "            no wave was found in V5" in lines
    assert any(line.startswith("annotated   many.csv:a: 3 beats, ") for line in lines), "and no picture for ':a:'"
    assert "no ECG in prose.csv" in lines
    assert "records     4 of 5 annotated" in lines
    assert "no wave     in 2 leads, named above" in lines
    assert lines[-1].startswith("wrote       10 files into annotations: RECORD.atr over all leads")
    for place in ("one", "sub/one"):
        marks = wfdb.rdann(str(here / "annotations" / place), "ii")
        assert (marks.fs, marks.symbol.count("N")) == (
            100,
            wfdb.rdann(str(here / "annotations/one"), "atr").symbol.count("N"),
        )
        assert wfdb.rdann(str(here / "annotations" / place), "v5").ann_len == 0
    assert (here / "annotations/many/b.atr").exists()
    again = annotate("ecgs", "--format", "wfdb", "--rate", "3")
    assert (again.returncode, again.stdout) == (2, "")
    assert annotate("ecgs/one.csv").stderr == (
        "ecgfactory: annotations: holds annotations already: one.atr, one.ii, one.v5; choose another folder with "
        "--output, or replace what is there with --overwrite.\n"
    )
    other = annotate("ecgs/sub", "--overwrite", "--unit", "mV")
    assert (other.returncode, other.stderr) == (0, "")
    wrong = annotate("ecgs", "--format", "xml", "--output", "ecgs/void.csv", "--unit", "bar")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 3)


def test_names_that_the_terminal_lacks_are_told_all_the_same(
    tmp_path: Path, annotate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    table(tmp_path / "心.csv", {"time": TIME_S[::5], "II": MV[1, ::5]})
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii", write_through=True))
    assert annotate("心.csv").returncode == 0
    assert written.getvalue().startswith(rb"annotated   \u5fc3.csv: 12 beats")


def test_annotate_prints_json_alone_for_pipes_or_writes_one_file(ecgs: Path, annotate: Callable[..., Any]) -> None:
    here = ecgs.parent
    done = annotate("ecgs", "--format", "json")
    assert done.returncode == 1
    listed = {ecg["name"]: ecg for ecg in json.loads(done.stdout)}
    assert listed["void.csv"] == {"name": "void.csv", "problem": "the file is empty"}
    one = listed["one.csv"]
    assert (one["leads"], one["sampling_rate_hz"], one["problem"]) == (["II", "V5"], 100, None)
    assert {wave["lead"] for wave in one["waves"]} == {"all", "II"}
    assert sum((wave["lead"], wave["wave"]) == ("all", "QRS") for wave in one["waves"]) == one["beats"]
    assert "records     4 of 5 annotated" in done.stderr
    assert not (here / "annotations").exists()
    written = annotate("ecgs", "--format", "json", "--output", "out")
    assert written.stdout.endswith("wrote       out/annotations.json\n")
    assert json.loads((here / "out" / "annotations.json").read_text()) == json.loads(done.stdout)
