"""Whole comparisons: of generated ECGs with each other and with LUDB."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import ecgfactory as ef
from ecgfactory.ecgs import Ecgs
from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.sources.pieces import digest_of
from tests.generated_ecgs import generated_ecgs
from tests.real_ecgs import ludb_ecgs, ludb_records

LEADS = list(EIGHT_LEADS)


def ecgs(signals_uv: SignalUv) -> Ecgs:
    return Ecgs(signals_uv, np.arange(len(signals_uv)), EIGHT_LEADS, 0, {})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with generated ECGs as others might have them: NumPy, in uV, at 500 Hz, without names of leads."""
    folder = tmp_path_factory.mktemp("reference")
    np.save(folder / "ecgs.npy", generated_ecgs(80)[40:])
    return folder


@pytest.mark.slow
def test_a_scaled_lead_is_named(folder: Path) -> None:
    scaled_uv = generated_ecgs(80)[:40].copy()
    scaled_uv[:, 4] //= 2
    with pytest.raises(BadInputError, match="it states no sampling rate; give --rate"):
        ef.compare(ecgs(scaled_uv), folder)
    said = {"rate_hz": 500.0, "unit": "uV", "lead_names": LEADS}
    followed = frozenset(map(digest_of, generated_ecgs(80)[40:45]))
    comparison = ef.compare(replace(ecgs(scaled_uv), followed=followed), folder, **said)  # type: ignore[arg-type]
    assert comparison.two_sample.accuracy.low > 0.6
    assert all("V3" in telltale.words for telltale in comparison.two_sample.telltales[:3])
    assert comparison.floor.accuracy.low < 0.5 < comparison.floor.accuracy.high
    content = comparison.to_json()
    assert {"two_sample", "features", "coverage", "privacy", "floor", "data"} <= content.keys()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["data"]["reference"]["ecgs"] == 35
    assert content["data"]["notes"][0] == "5 ECGs of the reference left out: the dataset's match was fitted on them."
    assert set(content["coverage"]["recall"]) == {"value", "floor", "words", "source"}


@pytest.mark.slow
def test_parts_of_ludb_are_told_apart_by_chance() -> None:
    signals_uv = ludb_ecgs()
    accuracy = ef.compare(ecgs(signals_uv[::4]), ecgs(signals_uv[1::4])).two_sample.accuracy
    assert accuracy.low <= 0.5 <= accuracy.high


@pytest.mark.slow
def test_generated_ecgs_are_told_from_ludbs_sinus_rhythms() -> None:
    is_sinus = [record.rhythm.startswith("Sinus rhythm") for record in ludb_records()]
    comparison = ef.compare(ecgs(generated_ecgs(80)), ecgs(ludb_ecgs()[is_sinus]))
    assert comparison.two_sample.accuracy.value > 0.85
    assert comparison.coverage.recall.value < comparison.coverage.recall.floor


def test_few_ecgs_are_refused_by_number_and_side() -> None:
    with pytest.raises(BadInputError) as caught:
        ef.compare(ecgs(generated_ecgs(80)[:19]), ecgs(generated_ecgs(80)))
    assert caught.value.problems == [
        "19 ECGs in memory: 19 ECGs can be compared, and at least 20 are needed: with fewer, the accuracy of a "
        "classifier is known to +-15 points; give more."
    ]


def test_what_is_no_ecg_is_refused() -> None:
    with pytest.raises(BadInputError, match="holdout is 3; give the path of a dataset, file or folder"):
        ef.compare(ecgs(generated_ecgs(80)), ecgs(generated_ecgs(80)), 3)  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match="nowhere: no such file"):
        ef.compare("nowhere", ecgs(generated_ecgs(80)))


def test_files_in_the_way_are_told_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "there.json").touch()
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "ecgfactory", "compare", "nowhere", "nowhere"]
    run = subprocess.run(
        [*command, "--json", tmp_path / "there.json", "--output", tmp_path / "file"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr.splitlines() == [
        f"ecgfactory: {tmp_path}/file: is a file; choose a folder.",
        f"ecgfactory: {tmp_path}/there.json: is there already; choose another name, or replace it with --overwrite "
        "(Python: overwrite=True).",
    ]
