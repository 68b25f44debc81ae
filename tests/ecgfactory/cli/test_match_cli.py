"""`validate --probe` and `profile` as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ecgfactory", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_probe_tells_yield_and_time_and_needs_a_number_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("name: a\nrecords: 1000\nseed: 3\nquality: {bounds: {heart_rate: {max: 70}}}\n", encoding="utf-8")
    probed = run("validate", path, "--probe", 64)
    assert (probed.returncode, probed.stderr) == (0, "")
    first, probe, yielded, build = probed.stdout.splitlines()
    assert first.startswith(f"{path}: valid; 1,000 records")
    assert probe.startswith("probe  64 candidates; the policy accepts ")
    assert yielded.startswith("yield  ")
    assert build.startswith("build  about ") and "candidates; " in build and " worker" in build
    alone = run("validate", path, 64)
    assert (alone.returncode, alone.stderr.count("\n")) == (2, 1)
    assert "64 candidates are for a probe; add --probe" in alone.stderr


def test_a_profile_is_written_and_followed(built: Path, tmp_path: Path) -> None:
    path, request = tmp_path / "p.json", tmp_path / "r.yaml"
    request.write_text(f"name: a\nrecords: 8\nmatch: {{reference: {path}, strength: 0.5}}\n", encoding="utf-8")
    made = run("profile", built, "--output", path, "--for", request)
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[0] == f"reference   {built.name}: 40 ECGs"
    assert "fitted on   20 of them; the profile names them, and the others to judge by" in made.stdout
    assert len(json.loads(path.read_text())["reference"]["judged_on"]) == 20
    assert run("validate", request).returncode == 0
    again = run("profile", built, "--output", path)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert "is there already; choose another name, or replace it with --overwrite" in again.stderr
