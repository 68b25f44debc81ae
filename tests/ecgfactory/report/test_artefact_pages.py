"""What reports say of artefacts: in words, on pages beside clean twins, in answers and on the web page."""

from __future__ import annotations

import csv
import itertools
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.dataset.artefact_summary import SNR_EDGES_DB, ArtefactSummary, KindSummary, Spread
from ecgfactory.generators.deepfakeecg import MODEL_CARD
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.record import Record
from ecgfactory.report.answers import answer_page, write_answer_table
from ecgfactory.report.artefact_pages import artefact_pages
from ecgfactory.report.artefact_words import artefact_lines, artefact_titles, clean_of
from ecgfactory.report.book import CoverFacts, cover_rows
from ecgfactory.report.clinical import clinical_page
from ecgfactory.report.sheet import Lines, Sheet, Text, text_width_mm
from ecgfactory.report.style import PageStyle
from ecgfactory.report.svg import ecg_svg
from ecgfactory.report.twin_page import twin_page
from ecgfactory.report.web import Sample, write_web_page
from tests.browsing import References, chromium

SUMMARY = ArtefactSummary(
    records=10,
    clean_records=3,
    kinds=(
        KindSummary(
            "mains", "mains hum with harmonics", "root mean square", {}, 6, "uV", Spread(5, 90), Spread(-3, 20)
        ),
        KindSummary("of_a_package", "of_a_package", "", {}, 2),
    ),
    snr_counts=np.histogram([-3.0, 1, 1, 5, 19, 20], SNR_EDGES_DB)[0],
)

FACTS = CoverFacts("noisy", "0123456789abcdef", 10, 10, TWELVE_LEADS, 10, 42, "deepfakeecg", "basic", MODEL_CARD)


def touched(*leads: str) -> list[bool]:
    return [lead in leads for lead in TWELVE_LEADS]


ROWS = [
    ("limb_lead_swap", touched("I", "II", "III", "aVR", "aVL"), 0, 4999, np.nan, "", np.nan, False, '{"swap":"RA-LA"}'),
    ("mains", touched(*TWELVE_LEADS), 0, 4999, 50.0, "uV", 6.04, False, '{"frequency_hz":50.01}'),
    ("clipping", touched("V2"), 500, 999, 1234.5, "uV", np.nan, True, "{}"),
    ("of_a_package", touched(), 0, 4999, np.nan, "", np.nan, False, "{}"),
]
LINES = [
    "exchanged limb cables (RA-LA), 5 leads",
    "mains hum with harmonics, all leads, 6.0 dB",
    "peaks cut off, V2, 1.0-2.0 s, 1,234 uV",
    "of_a_package, no lead changed",
]


@pytest.fixture
def noisy(make_record) -> Record:
    clean: Record = make_record(0)
    noisy_uv = clean.signal_uv.copy()
    noisy_uv[6] += np.rint(300 * np.sin(np.arange(5000) / 3)).astype(np.int16)
    artefacts = ArtefactTable.of_rows(TWELVE_LEADS, 1, [0] * len(ROWS), ROWS)
    return replace(clean, signal_uv=noisy_uv, clean_uv=clean.signal_uv, artefacts=artefacts)


@pytest.fixture
def left_clean(make_record) -> Record:
    record: Record = make_record(1)
    return replace(record, clean_uv=record.signal_uv, artefacts=ArtefactTable.of_rows(TWELVE_LEADS, 1, [], []))


def header_lines(record: Record) -> list[str]:
    """What stands below the verdict."""
    return [item.text for item in clinical_page(record).items if isinstance(item, Text) and item.size_pt == 7]


def words(sheet: Sheet) -> str:
    return " ".join(sheet.texts())


def test_artefacts_are_told_in_words(noisy: Record, left_clean: Record, make_record) -> None:
    assert artefact_lines(noisy) == LINES
    assert artefact_titles(noisy)[0] == "exchanged limb cables (RA-LA)"
    assert artefact_lines(left_clean) == artefact_lines(make_record(0)) == []
    assert clean_of(noisy) is noisy.clean_uv
    assert clean_of(left_clean) is clean_of(make_record(0)) is None


def test_pages_name_them_but_those_of_a_quiz_do_not(noisy: Record, make_record) -> None:
    assert "mains hum with harmonics, all leads, 6.0 dB" in words(clinical_page(noisy))
    assert "mains" not in words(clinical_page(noisy, PageStyle(quiz=True)))
    rejected = replace(noisy, reasons=("no beats",))
    assert "mains" not in words(clinical_page(rejected))
    plain, bare = make_record(0), replace(noisy, signal_uv=noisy.clean_uv, clean_uv=None, artefacts=None)
    assert clinical_page(plain).texts() == clinical_page(bare).texts()


def test_lines_of_a_header_end_between_parts_and_the_rest_is_counted(noisy: Record) -> None:
    muscle = ("muscle", touched(*TWELVE_LEADS[1:]), 3400, 4099, 300.0, "uV", -5.72, False, '{"a":"burst","b":"single"}')
    loss = ("dropped_samples", touched(*TWELVE_LEADS), 100, 199, 200.0, "ms", np.nan, True, "{}")
    rows = [muscle, *ROWS[:3], loss, ROWS[3]]
    record = replace(noisy, artefacts=ArtefactTable.of_rows(TWELVE_LEADS, 1, [0] * len(rows), rows))
    told = header_lines(record)
    assert "[...]" not in " ".join(told) and "..." not in " ".join(told)
    assert told[0].startswith("muscle noise (burst, single), 11 leads") and told[-1] == "and 2 more"
    assert len(told) == 5 and not {"dB", "-5.7 dB", "uV"} & set(told)
    whole = header_lines(replace(record, artefacts=ArtefactTable.of_rows(TWELVE_LEADS, 1, [0] * 3, rows[:3])))
    assert whole[-1] == "mains hum with harmonics, all leads, 6.0 dB"
    endless = header_lines(replace(record, reasons=("a reason of many words " * 30,)))
    assert len(endless) == 4 and endless[-1].endswith(" ...")


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_a_header_s_lines_leave_the_measurements_alone(noisy: Record, paper) -> None:
    record = replace(
        noisy, reasons=("W" * 40 + " " + "measure " * 8,), features={"qtc_bazett_ms": 472.0, "qrs_ms": 92.0}
    )
    texts = [item for item in clinical_page(record, PageStyle(paper=paper)).items if isinstance(item, Text)]
    edge = max(item.x_mm + text_width_mm(item.text, 9, True) for item in texts if item.text.endswith(" ms"))
    assert min(item.x_mm - text_width_mm(item.text, 7) for item in texts if item.size_pt == 7) > edge


def test_a_record_that_breaks_rules_with_its_artefacts_is_not_just_accepted(noisy: Record, tmp_path: Path) -> None:
    broken = replace(noisy, injury={"failed_rules": ["high_frequency", "jump"]})
    verdict = next(item for item in clinical_page(broken).items if isinstance(item, Text) and "ACCEPT" in item.text)
    assert (verdict.text, verdict.colour) == ("ACCEPTED WITHOUT ITS ARTEFACTS", PageStyle().palette.caution)
    assert header_lines(broken)[0] == "with them it breaks high_frequency, jump"
    assert "ACCEPTED" in clinical_page(replace(noisy, injury={"failed_rules": []})).texts()
    assert "REJECTED" in clinical_page(replace(broken, reasons=("no beats",))).texts()
    sample = Sample(broken, "train", {"PDF": "a.pdf"}, {"clean twin": {"wfdb_clean .hea": "../wfdb_clean/a.hea"}})
    write_web_page(tmp_path / "a.html", FACTS, [sample], "All.", pa.table({"record_id": pa.array([], pa.string())}))
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert text.count('<span class="caution"') == 2
    assert ">accepted without its artefacts</span>" in text
    assert '<p class="reason">with them it breaks high_frequency, jump</p>' in text
    assert "<details><summary>clean twin (1 file)</summary>" in text


def test_a_twin_page_shows_the_leads_that_changed_most(noisy: Record) -> None:
    sheet = twin_page(noisy, PageStyle())
    assert [text for text in sheet.texts() if text in ("clean", "as stored", "difference")] == [
        "clean", "as stored", "difference",
    ]  # fmt: skip
    assert sheet.texts().count("V1") == 3
    traces = [item for item in sheet.items if isinstance(item, Lines) and item.points_mm.shape[1] == 5000]
    clean, stored, difference = (trace.points_mm[0, :, 1] for trace in traces)
    removed = (stored - stored.mean()) - (difference - difference.mean())
    assert removed == pytest.approx(clean - clean.mean(), abs=1e-6)


@pytest.mark.parametrize(("peak_mv", "gain", "is_cut"), [(0.4, 10, False), (2, 5, False), (20, 5, True)])
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_rows_of_a_twin_page_stay_apart_in_any_noise(noisy: Record, peak_mv, gain, is_cut, paper) -> None:
    assert noisy.clean_uv is not None
    calm_uv = np.clip(noisy.clean_uv, -300, 300).astype(np.int16)
    loud_uv = calm_uv.copy()
    loud_uv[[1, 6]] += np.rint(1000 * peak_mv * np.sin(np.arange(5000) / 3)).astype(np.int16)
    sheet = twin_page(replace(noisy, signal_uv=loud_uv, clean_uv=calm_uv), PageStyle(paper=paper))
    traces = [item for item in sheet.items if isinstance(item, Lines) and item.points_mm.shape[1] == 5000]
    bands = [trace.inside for trace in traces if trace.inside]
    assert len(bands) == 6
    assert all(upper.bottom > lower.top for upper, lower in itertools.pairwise(bands))
    names = [
        item for item in sheet.items if isinstance(item, Text) and item.text in ("clean", "as stored", "difference")
    ]
    for name, band, trace in zip(names, bands, traces, strict=True):
        assert band.bottom < name.y_mm < band.top
        assert name.x_mm + text_width_mm(name.text, name.size_pt) < trace.points_mm[..., 0].min()
    assert f"{gain} mm/mV" in words(sheet)
    assert ("cut off at the marks" in words(sheet)) == is_cut


def test_the_book_has_a_page_on_all_and_examples_where_twins_are_kept(noisy: Record, left_clean: Record) -> None:
    pages = [make() for make in artefact_pages(SUMMARY, [left_clean, noisy], PageStyle())]
    assert len(pages) == 2
    told = words(pages[0])
    assert "8 in 7 records; 3 are clean" in told
    assert "mains hum with harmonics -3 to 20 dB 6  (60.0%)" in told
    assert "of_a_package" in told
    assert "ECG 00000000" in words(pages[1])
    assert len(artefact_pages(SUMMARY, [replace(noisy, clean_uv=None)], PageStyle())) == 1
    assert ("Artefacts", SUMMARY.words) in cover_rows(replace(FACTS, artefacts=SUMMARY))
    none = replace(SUMMARY, kinds=(), snr_counts=np.zeros_like(SUMMARY.snr_counts))
    assert "No noise was added." in words(artefact_pages(none, [], PageStyle())[0]())


def test_answers_name_them(noisy: Record, left_clean: Record, make_record, tmp_path: Path) -> None:
    told = words(answer_page([noisy, left_clean], "noisy", PageStyle()))
    assert "exchanged limb cables (RA-LA); mains hum with harmonics;" in told
    assert told.count("accepted") == 1
    write_answer_table([left_clean, noisy], tmp_path / "a.csv", "standard")
    first, second = csv.DictReader((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines())
    assert (first["artefacts"], second["artefacts"].count("; ")) == ("", 3)
    write_answer_table([make_record(0)], tmp_path / "b.csv", "standard")
    assert "artefacts" not in (tmp_path / "b.csv").read_text(encoding="utf-8")


def test_the_web_page_lists_them_and_can_show_the_clean_twin(noisy: Record, left_clean: Record, tmp_path: Path) -> None:
    samples = [Sample(record, "train", {}) for record in (noisy, left_clean)]
    empty = pa.table({"record_id": pa.array([], pa.string())})
    write_web_page(tmp_path / "a.html", replace(FACTS, artefacts=SUMMARY), samples, "All.", empty)
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert text.count('class="trace clean"') == text.count('class="trace stored"') == 1
    assert "<li>mains hum with harmonics, all leads, 6.0 dB</li>" in text
    assert re.search(r'<span title="mains: root mean square, 5 to 90 uV">mains hum with harmonics</span>', text)
    references = References(text)
    assert "../artefacts.parquet" in references.links
    assert {"clean", "viewer-clean"} <= set(references.ids)
    write_web_page(
        tmp_path / "b.html", FACTS, [Sample(replace(left_clean, artefacts=None), "train", {})], "All.", empty
    )
    plain = (tmp_path / "b.html").read_text(encoding="utf-8")
    assert not re.search(r"artefact|[^-]clean[^-]|twin", plain)
    assert ecg_svg(noisy).count("<path") == ecg_svg(left_clean, clean=True).count("<path") == 1


@pytest.mark.slow
def test_box_and_key_switch_between_stored_and_clean(noisy: Record, tmp_path: Path) -> None:
    empty = pa.table({"record_id": pa.array([], pa.string())})
    sample = Sample(noisy, "train", {}, clean_features={"heart_rate_bpm": 61.0})
    write_web_page(tmp_path / "a.html", replace(FACTS, artefacts=SUMMARY), [sample], "All.", empty)
    with chromium() as browser:
        page = browser.new_page()
        page.goto((tmp_path / "a.html").as_uri())
        stored, clean = page.locator(".gallery path.stored"), page.locator(".gallery path.clean")
        rate = page.locator(".gallery .rate")
        assert rate.inner_text() == "72 /min"
        assert (stored.is_visible(), clean.is_visible()) == (True, False)
        page.locator("#clean").check()
        assert (stored.is_visible(), clean.is_visible()) == (False, True)
        assert rate.inner_text() == "61 /min"
        page.locator(".gallery a[data-open]").click()
        assert page.locator("#viewer path.clean").is_visible()
        assert page.locator("#viewer-more").inner_text().startswith("exchanged limb cables (RA-LA), 5 leads; mains hum")
        page.keyboard.press("c")
        assert page.locator("#viewer path.stored").is_visible()
        assert page.locator("#viewer-clean").get_attribute("aria-pressed") == "false"
