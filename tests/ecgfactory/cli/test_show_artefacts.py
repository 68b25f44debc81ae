"""What `show` and `verify` tell of records with artefacts, and of their clean twins."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader

from ecgfactory.cli.inspect import verify_dataset
from ecgfactory.cli.show import _describe_artefacts, artefact_lines, page_styles, show_records
from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.names import MANIFEST_FILE
from ecgfactory.dataset.reader import open_dataset
from ecgfactory.dataset.seal import seal
from ecgfactory.errors import BadInputError
from ecgfactory.formats.artefact_text import artefact_comments
from ecgfactory.report.handouts import Targets
from ecgfactory.request.plan import Plan

pytestmark = pytest.mark.slow


@pytest.fixture
def noisy(injured: Path) -> pd.Series:
    """A record with mains alone, as records.parquet tells of it."""
    records = pd.read_parquet(injured / "records.parquet")
    return records[records.artefact_kinds.map(list).map(lambda kinds: kinds == ["mains"])].iloc[0]


def show(path: Path, *wanted: str, targets: Targets | None = None, quiz: bool = False, clean: bool = False) -> None:
    styles = page_styles("3x4", "A4", 10, 25, "red", quiz, False)
    show_records(path, wanted, targets or Targets(), styles, False, "standard", False, clean)


def test_artefacts_of_a_record_and_of_several(
    injured: Path, noisy: pd.Series, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = tmp_path / "noisy.pdf", tmp_path / "quiz.pdf"
    show(injured, noisy.record_id, targets=Targets(pdf=pages[0]))
    shown = capsys.readouterr().out
    assert re.search(r"artefacts +mains in all leads, 0 to 10 s, [0-9.]+ uV, SNR -?[0-9.]+ dB\n", shown)
    assert re.search(rf"SNR \(dB\) +I {noisy.snr_db_I:.1f}, II {noisy.snr_db_II:.1f}, ", shown)
    assert f"with its artefacts it breaks {noisy.failed_rules[0]}" in shown or not len(noisy.failed_rules)
    assert re.search(r"mains.* leads, -?[0-9.]+ dB\n", PdfReader(pages[0]).pages[0].extract_text())
    show(injured, "0-9", targets=Targets())
    headings, *rows = capsys.readouterr().out.splitlines()
    assert headings.endswith("artefacts")
    assert {"mains"} <= {row.split()[-1] for row in rows}
    show(injured, noisy.record_id, targets=Targets(pdf=pages[1]), quiz=True)
    assert "mains" not in PdfReader(pages[1]).pages[0].extract_text() + capsys.readouterr().out


def test_there_is_no_minus_zero(injured: Path, noisy: pd.Series) -> None:
    record = open_dataset(injured)[noisy.record_id]
    assert record.artefacts is not None
    artefacts = replace(record.artefacts, snr_db=np.array([-0.04]))
    assert artefact_lines(artefacts, 500)[0].endswith(", SNR 0.0 dB")
    assert next(artefact_comments(artefacts)).endswith(" snr 0.0 dB")
    told = dict(_describe_artefacts(replace(record, injury=record.injury | {"snr_db_I": -0.04}), artefacts))
    assert told["SNR (dB)"].startswith("I 0.0, ")


def test_the_clean_twin_of_a_record(
    injured: Path, noisy: pd.Series, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    targets = Targets(pdf=tmp_path / "clean.pdf", csv=tmp_path / "clean.csv", png=tmp_path / "clean.png")
    show(injured, noisy.record_id, targets=targets, clean=True)
    shown = capsys.readouterr().out
    assert "mains in" not in shown
    assert "without artefacts" in shown
    assert f"mains_50hz_uv {' ' * 20}{noisy.clean_mains_50hz_uv:.4g}" in shown
    assert "without artefacts" in PdfReader(tmp_path / "clean.pdf").pages[0].extract_text()
    exported = pd.read_csv(tmp_path / "clean.csv").to_numpy()[:, 1:]
    assert (open_dataset(injured)[noisy.record_id].clean_uv == exported.T).all()


def test_where_there_is_none_it_is_told(built: Path) -> None:
    with pytest.raises(BadInputError, match="no artefacts are put in; generate with"):
        show(built, "0", clean=True)


def test_verify_says_what_was_verified_and_that_other_software_made_it(
    injured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(injured, copy)
    manifest = Manifest.model_validate_json((copy / MANIFEST_FILE).read_text())
    plan = manifest.plan.model_copy(update={"versions": manifest.plan.versions | {"numpy": "1.0"}})
    plan = Plan.model_validate(plan.model_dump())  # without what was computed of the old one
    seal(copy, manifest.model_copy(update={"plan": plan, "plan_id": plan.plan_id}), {})
    verify_dataset(copy)
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith(
        "as parquet, wfdb, npy, csv, with clean twins, hashes, counts, signals, labels and artefacts as published."
    )
    assert second.startswith("artefacts were not put in again to compare them, as numpy 1.0 made them;")
