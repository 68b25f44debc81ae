"""`validate --probe` and `profile`: what they print, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecgfactory.dataset.reader import open_dataset
from ecgfactory.profiles import make


def test_a_probe_tells_yield_and_time_and_has_a_number_of_its_own(run_here: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(
        "name: a\nrecords: 1000\nseed: 3\ngenerator: {batch: 16}\nquality: {bounds: {heart_rate: {max: 70}}}\n",
        encoding="utf-8",
    )
    probed = run_here("validate", path, "--probe", 48)
    assert (probed.returncode, probed.stderr) == (0, "")
    first, probe, yielded, build, beside = probed.stdout.splitlines()
    assert beside.strip() == "not counted: start, writing, reports"
    assert first.startswith(f"{path}: valid; 1,000 records")
    assert probe.startswith("probe  48 candidates; the policy accepts ")
    assert yielded.startswith("yield  ")
    assert build.startswith("build  about ") and "candidates, " in build and " worker" in build
    alone = run_here("validate", path, 64)
    assert (alone.returncode, alone.stderr.count("\n")) == (2, 1)
    assert "64 candidates are for a probe; add --probe" in alone.stderr


@pytest.mark.slow
def test_a_profile_is_written_and_followed(
    run_here: Callable[..., Any], built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make, "CANDIDATES_FITTED", 60)
    monkeypatch.setattr(make, "CANDIDATES_JUDGED", 40)
    path, request = tmp_path / "p.json", tmp_path / "r.yaml"
    request.write_text(f"name: a\nrecords: 8\nmatch: {{reference: {path}, strength: 0.5}}\n", encoding="utf-8")
    made = run_here("profile", built, "--output", path, "--for", request)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.splitlines()[0] == f"reference   {open_dataset(built).title}: 40 ECGs"
    assert "fitted on   20 of them; the profile names them, and the others to judge by" in made.stdout
    assert made.stdout.count("area under ROC") == made.stdout.count("on ECGs that were not fitted on") == 1
    assert len(json.loads(path.read_text())["reference"]["judged_on"]) == 20
    assert "note" not in run_here("validate", request, "--probe", 32).stdout
    other = run_here("validate", request, "--set", "quality.bounds={heart_rate: {max: 90}}", "--probe", 32)
    assert "made under other rules or bounds of policy basic: its yields may not hold" in " ".join(other.stdout.split())
    again = run_here("profile", built, "--output", path)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert "is there already; choose another name, or replace it with --overwrite" in again.stderr
