"""What pages say and mark of composed records."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pdf_lines import pdf_text
from pypdf import PdfReader

from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.errors import BadInputError
from ecgfactory.generators.deepfakeecg import MODEL_CARD
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.record import Record, Stretch
from ecgfactory.report.analysis import analysis_page
from ecgfactory.report.answers import answer_page, write_answer_table
from ecgfactory.report.beat_marks import beat_marks, rhythm_marks
from ecgfactory.report.book import CoverFacts, write_report_book
from ecgfactory.report.clinical import clinical_page
from ecgfactory.report.clock import clock, seconds_of
from ecgfactory.report.course import Course
from ecgfactory.report.dataset import deal
from ecgfactory.report.overview import overview_page
from ecgfactory.report.paper import A4
from ecgfactory.report.rhythm_summary import RhythmShare
from ecgfactory.report.style import PageStyle
from ecgfactory.report.svg import ecg_svg
from ecgfactory.report.traces import lay_out
from ecgfactory.report.web import Sample, write_web_page
from ecgfactory.rhythm_kinds import KINDS, NAMES
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import ABSENT, NO_BEAT, WAVES, WaveTable
from tests.drawn_ecgs import drawn_ecg

BEATS = [(0.5, "N"), (1.3, "N"), (1.8, "V"), (2.9, "N"), (3.7, "N"), (4.3, "A"), (5.1, "N"), (5.9, "N"), (9.2, "j")]
LIMITS = (A4.grid_bottom_mm, A4.grid_top_mm)
MARKED = PageStyle(marks=True)


def beat_table(beats: list[tuple[float, str]]) -> BeatTable:
    places = np.array([round(500 * time_s) for time_s, _ in beats], np.int32)
    symbols = np.array([SYMBOLS.index(symbol) for _, symbol in beats], np.int8)
    return BeatTable(EIGHT_LEADS, 1, np.zeros(len(beats), np.int32), places, symbols)


def rhythm_table(begins: list[tuple[float, str]], length_s: float) -> RhythmTable:
    onset = np.array([round(500 * begin_s) for begin_s, _ in begins], np.int32)
    offset = np.append(onset[1:], round(500 * length_s)).astype(np.int32) - 1
    kinds = np.array([NAMES.index(name) for _, name in begins], np.int8)
    return RhythmTable(EIGHT_LEADS, 1, np.zeros(len(begins), np.int32), kinds, onset, offset)


def wave_table(rows: list[tuple[int, str, int, int, int]]) -> WaveTable:
    """Waves over all leads: number of the beat, kind, onset, peak and offset."""
    beat, _, *points = (np.array(column) for column in zip(*rows, strict=True))
    kinds = np.array([WAVES.index(row[1]) for row in rows], np.int8)
    zero = np.zeros(len(rows), np.int32)
    counted = (column.astype(np.int32) for column in points)
    return WaveTable(EIGHT_LEADS, 1, zero, beat.astype(np.int32), zero.astype(np.int8), kinds, *counted)


WAVES_THERE = wave_table(
    [(NO_BEAT, "P", 3480, 3500, 3520), (NO_BEAT, "f", 1600, 1640, 1680), (0, "QRS", 230, 250, 270)]
)


@pytest.fixture(scope="module")
def composed() -> Record:
    """A record with ectopic beats, a P that is not conducted, and some fibrillation."""
    return Record(
        "00000012",
        EIGHT_LEADS,
        drawn_ecg([time_s for time_s, _ in BEATS]),
        7,
        features={"heart_rate_bpm": 71.0},
        waves=WAVES_THERE,
        rhythm="paroxysmal_atrial_fibrillation",
        beats=beat_table(BEATS),
        rhythms=rhythm_table([(0, "sinus"), (2.0, "atrial_fibrillation"), (9.5, "sinus")], 10),
    )


def test_header_and_footer_say_what_it_is_and_a_quiz_does_not_tell_the_rhythm(composed: Record) -> None:
    for page in (clinical_page(composed), analysis_page(composed)):
        texts = page.texts()
        assert "Paroxysmal atrial fibrillation" in texts
        assert "composed by rule from generated beats" in texts
        assert "Synthetic ECG, composed by rule, not for diagnosis" in texts
    quiz = clinical_page(composed, PageStyle(quiz=True)).texts()
    assert "Rhythm" in quiz and "composed by rule from generated beats" in quiz
    assert not any("fibrillation" in text.lower() or "AFIB" in text for text in quiz)
    plain = dataclasses.replace(composed, rhythm="", beats=None, rhythms=None)
    assert not any("composed" in text for text in clinical_page(plain, MARKED).texts())


def test_beats_and_rhythms_are_marked_where_they_are(composed: Record) -> None:
    strip, baseline_mm = lay_out(composed, MARKED).longest
    assert strip.is_rhythm
    marks = beat_marks(strip, baseline_mm, composed, WAVES_THERE, LIMITS)
    places_mm = [A4.traces_left_mm + 25 * time_s for time_s in (1.8, 4.3, 9.2, 7.0)]
    assert [mark.symbol for mark in marks] == ["V", "A", "j", "x"]
    assert [mark.x_mm for mark in marks] == pytest.approx(places_mm)
    assert all(mark.y_mm > baseline_mm for mark in marks)
    rhythms = rhythm_marks(strip, baseline_mm, composed, LIMITS)
    assert [mark.text for mark in rhythms] == ["Sinus rhythm", "Atrial fibrillation", "N"], "the last has little room"
    assert [mark.x_mm for mark in rhythms] == pytest.approx([A4.traces_left_mm + 25 * s for s in (0, 2.0, 9.5)])
    steady = dataclasses.replace(composed, rhythm="sinus", rhythms=rhythm_table([(0, "sinus")], 10))
    assert not rhythm_marks(strip, baseline_mm, steady, LIMITS), "the header says it"


def test_symbols_of_tall_beats_stay_on_the_grid(composed: Record) -> None:
    tall = dataclasses.replace(composed, signal_uv=np.full_like(composed.signal_uv, 0))
    tall.signal_uv[:, 900] = 30_000
    for layout in ("3x4", "12x1"):
        strip, baseline_mm = lay_out(tall, PageStyle(layout=layout)).longest
        assert max(mark.y_mm for mark in beat_marks(strip, baseline_mm, tall, WAVES_THERE, LIMITS)) < LIMITS[1] - 2


def test_the_legend_tells_what_is_there(composed: Record) -> None:
    legend = pdf_text(clinical_page(composed, MARKED))
    assert "as composed, bounds by an algorithm in each lead" in legend
    assert "A atrial premature, V ventricular, j junctional escape, x P not conducted" in legend
    texts = clinical_page(composed, MARKED).texts()
    assert [name for name in texts if name in WAVES] == ["P", "QRS", "f"]
    without = dataclasses.replace(composed, waves=None)
    assert "found by an algorithm in each lead" in pdf_text(clinical_page(without, MARKED))
    drawing = str(ecg_svg(composed, marks=True))
    assert 'class="f"' in drawing and 'class="T"' not in drawing
    assert drawing.count('class="beat"') == 4 and drawing.count('class="change"') == 3


def test_analysis_takes_the_beats_that_were_composed(composed: Record) -> None:
    few = dataclasses.replace(composed, beats=beat_table([(1.0, "N"), (2.0, "V"), (4.0, "N")]))
    texts = analysis_page(few).texts()
    assert "mean 1500 ms, SD 707 ms" in texts
    assert "median of 2 N" in texts


def test_pages_of_a_stretch_say_which_it_is(composed: Record) -> None:
    stretch = dataclasses.replace(composed, stretch=Stretch(3723.0, 86_400.0))
    assert "10 s from 1:02:03 of 24:00:00" in pdf_text(clinical_page(stretch))
    assert "5 s from 1:02:03 of 24:00:00" in pdf_text(clinical_page(stretch, PageStyle(speed_mm_per_s=50)))
    assert "24:00:00 at 500 Hz, 16 bit, 1 µV" in clinical_page(stretch).texts()


def test_pages_of_a_stretch_measure_it_and_its_overview_does_not(composed: Record) -> None:
    stretch = dataclasses.replace(composed, stretch=Stretch(3723.0, 86_400.0), features={"heart_rate_bpm": 33.0})
    texts = clinical_page(stretch).texts()
    assert "Measured in the 10 s from 1:02:03" in texts and "33 /min" not in texts
    course = Course("II", np.zeros(0, np.int16), 500, 86_400, beat_table(BEATS), rhythm_table([(0, "sinus")], 86_400))
    texts = overview_page(stretch, course).texts()
    assert "Measured in the whole record" in texts and "33 /min" in texts


@pytest.mark.parametrize(("rhythm", "has_pr"), [("sinus", True), ("av_block_3", False)])
def test_pages_print_no_pr_where_no_p_is_conducted(composed: Record, rhythm: str, has_pr: bool) -> None:
    features = {"heart_rate_bpm": 71.0, "pr_ms": 160.0}
    record = dataclasses.replace(composed, rhythm=rhythm, rhythms=rhythm_table([(0, rhythm)], 10), features=features)
    for texts in (clinical_page(record).texts(), answer_page([record], "of these", PageStyle()).texts()):
        assert ("160 ms" in texts) == has_pr


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (3723, "1:02:03"), (63.5, "1:03.5"), (86_400, "24:00:00"), (59.9996, "1:00")]
)
def test_times_are_written_and_read(seconds: float, text: str) -> None:
    assert clock(seconds) == text
    assert seconds_of(text) == pytest.approx(seconds, abs=5e-4)


def test_times_can_be_seconds_and_others_are_refused() -> None:
    assert [seconds_of(text) for text in ("3723.5", "90", "2:03")] == [3723.5, 90, 123]
    for text in ("", "1:60", "1:75:00", "noon", "-3", "1:2:3:4"):
        with pytest.raises(BadInputError, match="can't be read; write 1:02:03"):
            seconds_of(text)


@pytest.mark.parametrize("minutes", [2, 40])
def test_the_overview_shows_the_whole_course(composed: Record, minutes: int) -> None:
    length_s = 60 * minutes
    beats = beat_table([(time_s, "V" if time_s % 50 == 0 else "N") for time_s in range(1, length_s)])
    rhythms = rhythm_table([(0, "sinus"), (length_s / 2, "atrial_fibrillation")], length_s)
    signal_uv = drawn_ecg([30.0], duration_s=length_s if minutes == 2 else 0, leads=1)[0]
    sheet = overview_page(composed, Course("II", signal_uv, 500, length_s, beats, rhythms))
    text = " ".join(sheet.texts())
    assert f"Sinus rhythm (N) {clock(length_s / 2)}, 50%" in text and "ventricular (V)" in text
    rows = ("0:00", "1:00") if minutes == 2 else [clock(300 * row) for row in range(8)]
    assert all(row in sheet.texts() for row in rows)
    assert sheet.texts().count("V") == (2 if minutes == 2 else 0)


def test_answers_name_rhythm_and_code(composed: Record, tmp_path: Path) -> None:
    rejected = dataclasses.replace(composed, reasons=("pause: of 3.3 s",))
    texts = answer_page([composed, rejected], "of these", PageStyle()).texts()
    assert texts.count("Paroxysmal atrial fibrillation (SNOMED CT 426783006, 282825002, 164889003)") == 2
    assert "accepted" in texts and "rejected: pause: of 3.3 s" in texts
    write_answer_table([composed], tmp_path / "answers.csv", "standard")
    with (tmp_path / "answers.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["rhythm"], row["snomed_ct"]) == ("Paroxysmal atrial fibrillation", "426783006; 282825002; 164889003")


def test_report_and_web_page_list_rhythms_and_overviews(composed: Record, tmp_path: Path) -> None:
    shares = [RhythmShare(KINDS[name], 0.5, 4, 3, 0.5) for name in ("sinus", "paroxysmal_atrial_fibrillation")]
    facts = CoverFacts("x", "0123", 6, 8, EIGHT_LEADS, 120, 7, "deepfakeecg", "basic", MODEL_CARD, rhythms=shares)
    sinus = dataclasses.replace(composed, record_id="00000002", rhythm="sinus")
    records = [sinus, dataclasses.replace(composed, stretch=Stretch(0.0, 120.0))]
    course = Course("II", np.zeros(60_000, np.int16), 500, 120, beat_table(BEATS), rhythm_table([(0, "sinus")], 120))
    table = pa.table({"record_id": ["a"]})
    write_report_book(tmp_path / "book.pdf", facts, records, "Rule.", table, courses={sinus.record_id: course})
    pages = [page.extract_text() for page in PdfReader(tmp_path / "book.pdf").pages]
    assert "Sinus rhythm" in pages[1] and "426783006" in pages[1] and "50.0%" in pages[1]
    begin = next(place for place, text in enumerate(pages, start=1) if f"ECG {sinus.record_id}" in text and place > 2)
    assert f"{sinus.record_id}, page {begin}" in pages[1]
    assert "Overview of 2:00" in pages[begin]
    assert f"{composed.record_id}, page {begin + 3}" in pages[1] and len(pages) == begin + 4

    write_web_page(tmp_path / "index.html", facts, [Sample(one, "train", {}) for one in records], "Rule.", table)
    text = (tmp_path / "index.html").read_text()
    assert text.count('data-rhythm="Sinus rhythm"') == 2, "in list and gallery"
    assert "<option>Paroxysmal atrial fibrillation</option>" in text
    assert "10 s from 0:00 of 2:00, measured in this part" in text and "3 of 4 (50.0%, asked 50.0%)" in text
    assert "no pathology" not in text and "bundle branch block, pre-excitation, pacing" in text
    assert "as composed, bounds by an algorithm in each lead" in text


def test_samples_are_dealt_out_to_all_rhythms() -> None:
    assert deal({"a": 10, "b": 1, "c": 0, "d": 9}, 6) == {"a": 3, "b": 1, "c": 0, "d": 2}
    assert deal({"a": 5, "b": 5}, 1) == {"a": 1, "b": 1}, "each has one"
    assert deal({"a": 1, "b": 2}, 9) == {"a": 1, "b": 2}


def test_tables_of_a_stretch_count_from_its_start(composed: Record) -> None:
    assert composed.beats and composed.rhythms and composed.waves
    assert composed.beats.of_stretch(650, 1900).sample.tolist() == [0, 250, 800, 1200]
    cut = composed.rhythms.of_stretch(500, 1500)
    assert (cut.onset.tolist(), cut.offset.tolist()) == ([0, 500], [499, 999])
    waves = composed.waves.of_stretch(1620, 3500)
    assert [WAVES[wave] for wave in waves.wave] == ["f"], "the others have their peaks outside"
    assert (waves.onset.tolist(), waves.peak.tolist(), waves.offset.tolist()) == ([ABSENT], [20], [60])
