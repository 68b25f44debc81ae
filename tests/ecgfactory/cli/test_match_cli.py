"""`validate --probe` and `profile`: what they print, and how they end."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from ecgfactory.cli.main import main
from ecgfactory.dataset.reader import open_dataset
from ecgfactory.profiles import make


class Ended(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


class Commands:
    """Runs commands in this process, since each start costs seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        monkeypatch.setenv("PYTHONSAFEPATH", "1")

    def __call__(self, *arguments: object) -> Ended:
        self._monkeypatch.setattr(sys, "argv", ["ecgfactory", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(int(ended.value.code or 0), *self._capsys.readouterr())


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(monkeypatch, capsys)


def test_a_probe_tells_yield_and_time_and_has_a_number_of_its_own(run: Commands, tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(
        "name: a\nrecords: 1000\nseed: 3\ngenerator: {batch: 16}\nquality: {bounds: {heart_rate: {max: 70}}}\n",
        encoding="utf-8",
    )
    probed = run("validate", path, "--probe", 48)
    assert (probed.code, probed.err) == (0, "")
    first, probe, yielded, build, beside = probed.out.splitlines()
    assert beside.strip() == "not counted: start, writing, reports"
    assert first.startswith(f"{path}: valid; 1,000 records")
    assert probe.startswith("probe  48 candidates; the policy accepts ")
    assert yielded.startswith("yield  ")
    assert build.startswith("build  about ") and "candidates, " in build and " worker" in build
    alone = run("validate", path, 64)
    assert (alone.code, alone.err.count("\n")) == (2, 1)
    assert "64 candidates are for a probe; add --probe" in alone.err


@pytest.mark.slow
def test_a_profile_is_written_and_followed(
    run: Commands, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make, "CANDIDATES_FITTED", 60)
    monkeypatch.setattr(make, "CANDIDATES_JUDGED", 40)
    path, request = tmp_path / "p.json", tmp_path / "r.yaml"
    request.write_text(f"name: a\nrecords: 8\nmatch: {{reference: {path}, strength: 0.5}}\n", encoding="utf-8")
    made = run("profile", built, "--output", path, "--for", request)
    assert (made.code, made.err) == (0, "")
    assert made.out.splitlines()[0] == f"reference   {open_dataset(built).title}: 40 ECGs"
    assert "fitted on   20 of them; the profile names them, and the others to judge by" in made.out
    assert made.out.count("area under ROC") == made.out.count("on ECGs that were not fitted on") == 1
    assert len(json.loads(path.read_text())["reference"]["judged_on"]) == 20
    assert "note" not in run("validate", request, "--probe", 32).out
    other = run("validate", request, "--set", "quality.bounds={heart_rate: {max: 90}}", "--probe", 32)
    assert "made under other rules or bounds of policy basic: its yields may not hold" in " ".join(other.out.split())
    again = run("profile", built, "--output", path)
    assert (again.code, again.err.count("\n")) == (2, 1)
    assert "is there already; choose another name, or replace it with --overwrite" in again.err
