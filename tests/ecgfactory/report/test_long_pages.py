"""Long records to look at: stretches of them, their overview, and those that were rejected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader

from ecgfactory.candidates import pipeline
from ecgfactory.cli.show import show_records
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.reader import Dataset
from ecgfactory.errors import BadInputError
from ecgfactory.line.build import build
from ecgfactory.report.clock import seconds_of
from ecgfactory.report.handouts import Targets
from ecgfactory.report.records import any_record, course_of
from ecgfactory.report.style import PageStyle
from ecgfactory.request.labels import LabelsRequest
from tests.inline_pool import InlinePool


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Two records of 70 s, and at least one that was rejected."""
    request = {
        "name": "long",
        "records": 2,
        "leads": 8,
        "duration_s": 70,
        "rhythm": {"sinus": 1.0},
        "labels": {"waves": True},
        "seed": 3,
        "generator": {"batch": 4},
        "quality": {"bounds": {"heart_rate": {"min": 70}}},
        "report": {"samples": 1},
        "output": str(tmp_path_factory.mktemp("long")),
    }
    return build(request, pool=lambda _: InlinePool()).open()


def test_a_stretch_is_that_part_of_the_record(long: Dataset) -> None:
    whole, stretch = long[0], long.stretch(long.record_ids[0], 58.5, 64)
    assert np.array_equal(stretch.signal_uv, whole.signal_uv[:, 29_250:32_000])
    assert whole.beats and stretch.beats and whole.waves and stretch.waves
    inside = (whole.beats.sample >= 29_250) & (whole.beats.sample < 32_000)
    assert np.array_equal(stretch.beats.sample, whole.beats.sample[inside] - 29_250)
    expected = whole.waves.of_stretch(29_250, 32_000)
    assert len(expected) and stretch.waves.to_frame().equals(expected.to_frame())
    assert stretch.rhythm == "sinus" and stretch.features == whole.features
    for start_s, stop_s in ((-1, 5), (5, 5), (65, 71), (float("nan"), 5), (0, float("inf")), ("a", 5), (0, None)):
        with pytest.raises(BadInputError, match="give a start and a later stop from 0 to 70 s"):
            long.stretch(long.record_ids[0], start_s, stop_s)  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match="record 0 is no id; give one like '00000000'"):
        long.stretch(0, 0, 5)  # type: ignore[arg-type]


def test_pages_of_records_without_labels_have_the_waves_of_their_composition(long: Dataset) -> None:
    unlabelled = long.plan.request.model_copy(update={"labels": LabelsRequest()})
    files = DatasetFiles(long.path, long.plan.model_copy(update={"request": unlabelled}))
    record = any_record(files, long.record_ids[0], at_s=58.5, with_waves=True)
    expected = long.stretch(long.record_ids[0], 58.5, 68.5).waves
    assert record.waves and expected and record.waves.to_frame().equals(expected.to_frame())
    versions = {**long.plan.versions, "numpy": "0.1"}
    files = DatasetFiles(long.path, files.plan.model_copy(update={"versions": versions}))
    assert any_record(files, long.record_ids[0], with_waves=True).waves is None, "nothing can be made again"


def test_the_card_shows_how_r_peaks_lie_in_a_piece(long: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(long.path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    example = Path("README.md").read_text().split("### R peaks in Parquet\n\n```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(compile(example.replace("iloc[0]", "iloc[1]"), "README.md", "exec"), names)
    assert np.array_equal(names["r_peaks"], long.stretch(long.record_ids[0], 60, 70).r_peaks)
    assert names["rr_ms"].isna().sum() == len(long), "of the first beat of each record alone"


def test_the_report_has_overviews(long: Dataset) -> None:
    pages = [page.extract_text() for page in PdfReader(long.path / "reports" / "report.pdf").pages]
    assert sum("Overview of 1:10" in page for page in pages) == 2, "of an accepted and a rejected one"
    assert sum("10 s from 0:00 of 1:10" in page for page in pages) == 2
    assert "data-rhythm" in (long.path / "reports" / "index.html").read_text()


def test_pages_begin_where_it_is_said(long: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    targets = Targets(pdf=tmp_path / "page.pdf")
    show_records(long.path, [long.record_ids[0]], targets, [PageStyle()], False, "standard", False, at="1:05")
    told = capsys.readouterr().out
    assert "Sinus rhythm; SNOMED CT 426783006" in told and "1:05 Sinus rhythm" in told
    first, second = (page.extract_text() for page in PdfReader(tmp_path / "page.pdf").pages)
    assert "5 s from 1:05 of 1:10" in first and "Overview of 1:10" in second
    quiz = [PageStyle(quiz=True)]
    show_records(long.path, [long.record_ids[0]], targets, quiz, False, "standard", True)
    assert len(PdfReader(tmp_path / "page.pdf").pages) == 1, "an overview tells the rhythm"
    with pytest.raises(BadInputError, match=r"it ends at 1:10; give a time before that, not 1:15\."):
        any_record(long, long.record_ids[0], at_s=75)
    assert any_record(long, long.record_ids[0], at_s=69.9999).signal_uv.shape == (8, 1)
    for text in ("\u0661", "9" * 400):
        with pytest.raises(BadInputError, match="can't be read; write 1:02:03"):
            seconds_of(text)


def test_rejected_ones_are_made_again_or_show_what_was_generated(
    long: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = str(long.rejected.index[0])
    record, course = any_record(long, wanted, at_s=58), course_of(long, wanted)
    assert record.signal_uv.shape == (8, 5000) and record.reasons and course is not None
    assert course.signal_uv.size == 35_000
    assert np.array_equal(course.signal_uv[29_000:34_000], record.lead("II"))
    monkeypatch.setattr(pipeline, "compositions", lambda plan, numbers, signals_uv: ["no beat is whole"])
    record = any_record(long, wanted, at_s=58)
    assert record.signal_uv.shape == (8, 5000) and record.signal_uv.any()
    assert record.reasons[-1] == "Sinus rhythm was to be composed from it"
    assert record.rhythm == "" and record.stretch is None and course_of(long, wanted) is None
