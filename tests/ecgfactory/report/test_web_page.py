"""The web page of a dataset, as a file and in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from playwright.sync_api import Browser, Page

from ecgfactory.errors import BadInputError
from ecgfactory.generators.deepfakeecg import MODEL_CARD
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.quality.features import measure
from ecgfactory.record import Record
from ecgfactory.report.book import CoverFacts
from ecgfactory.report.marks import page_marks
from ecgfactory.report.paper import A4
from ecgfactory.report.style import PageStyle
from ecgfactory.report.summary import NumberSummary, summarise
from ecgfactory.report.svg import UNIT_MM, ecg_svg, histogram_svg
from ecgfactory.report.traces import lay_out
from ecgfactory.report.waves import record_waves
from ecgfactory.report.web import Sample, write_web_page
from ecgfactory.wave_table import BEAT_WAVES
from tests.browsing import References, chromium

pytestmark = pytest.mark.slow

FACTS = CoverFacts(
    name="nightly <1>",
    plan_id="0123456789abcdef",
    records=1000,
    candidates_examined=1250,
    lead_names=TWELVE_LEADS,
    duration_s=10,
    seed=42,
    model="deepfakeecg 1.1.2",
    policy="basic",
    model_card=MODEL_CARD,
    splits={"train": 800, "test": 200},
    rejects={"zhao2018": 240, "heart_rate": 11},
)
RULE = "The first ones.\n\nThe first that each rule rejected."


@pytest.fixture(scope="module")
def samples(make_record) -> list[Sample]:
    records = [
        make_record(0, features={"heart_rate_bpm": 101.0, "qrs_ms": 92.0}),
        make_record(1, features={"heart_rate_bpm": 64.0, "qrs_ms": None}),
        make_record(2, features={"heart_rate_bpm": 88.0, "qrs_ms": 80.0}, reasons=("heart_rate: <240> /min",)),
    ]
    return [
        Sample(record, "" if record.reasons else "train", {"PDF": f"samples/{record.record_id}.pdf"})
        for record in records
    ]


@pytest.fixture(scope="module")
def features(make_record) -> pa.Table:
    signals_uv = np.stack([make_record(number).signal_uv for number in range(4)])
    measured = measure(signals_uv, TWELVE_LEADS)
    return pa.table({name: pa.array(values.tolist()) for name, values in measured.items() if "@" not in name})


@pytest.fixture(scope="module")
def page_file(samples, features, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("web") / "index.html"
    write_web_page(path, FACTS, samples, RULE, features)
    return path


class TestFile:
    def test_it_stands_alone(self, page_file: Path) -> None:
        text = page_file.read_text(encoding="utf-8")
        references = References(text)
        assert not [link for link in references.links if re.match(r"(\w+:)?//|/", link)]
        assert {link[1:] for link in references.links if link.startswith("#")} <= set(references.ids)
        assert len(references.ids) == len(set(references.ids))
        assert "@import" not in text

    def test_facts_are_those_of_the_book_and_escaped(self, page_file: Path) -> None:
        text = page_file.read_text(encoding="utf-8")
        for expected in ("nightly &lt;1&gt;", "1,000", "80.0%", "train 800, test 200", "0123456789abcdef", "zhao2018"):
            assert expected in text
        assert "heart_rate: &lt;240&gt; /min" in text
        assert "<240>" not in text
        assert "Synthetic, not for diagnosis" in text
        assert "real ECGs 48 to 98" in text

    def test_labels_are_told_and_linked_where_there_are_any(self, page_file: Path, features, tmp_path: Path) -> None:
        write_web_page(tmp_path / "a.html", replace(FACTS, labels="waves of every beat"), [], RULE, features)
        text = (tmp_path / "a.html").read_text(encoding="utf-8")
        assert "<dt>Labels</dt><dd>waves of every beat</dd>" in text
        assert "../annotations.parquet" in References(text).links
        assert not re.search(r"<dt>Labels|annotations\.parquet", page_file.read_text(encoding="utf-8"))

    def test_same_input_same_bytes(self, page_file: Path, samples, features, tmp_path: Path) -> None:
        write_web_page(tmp_path / "again.html", FACTS, samples, RULE, features)
        assert (tmp_path / "again.html").read_bytes() == page_file.read_bytes()

    def test_a_thousand_samples_stay_under_5_mb_and_none_is_left_out(self, make_record, features, tmp_path) -> None:
        measured = {name: float(number) for number, name in enumerate(features.column_names)}
        many = [
            Sample(make_record(number % 4, record_id=f"{number:08d}", features=measured), "train", {"PDF": "a.pdf"})
            for number in range(1000)
        ]
        path = tmp_path / "index.html"
        write_web_page(path, FACTS, many, RULE, features)
        text = path.read_text(encoding="utf-8")
        assert path.stat().st_size < 5_000_000
        assert all(f">{sample.record.record_id}<" in text for sample in many)
        assert re.search(r"The first \d\d of 1000 samples are drawn here", text)

    def test_no_samples(self, features: pa.Table, tmp_path: Path) -> None:
        write_web_page(tmp_path / "index.html", FACTS, [], RULE, features)
        assert 'id="gallery"' not in (tmp_path / "index.html").read_text(encoding="utf-8")

    def test_missing_folder_is_one_sentence(self, features: pa.Table, tmp_path: Path) -> None:
        with pytest.raises(BadInputError, match=r"index\.html: can't be written"):
            write_web_page(tmp_path / "missing" / "index.html", FACTS, [], RULE, features)

    def test_links_of_a_dataset_lead_to_files(self, built: Path) -> None:
        page = built / "reports" / "index.html"
        links = [link for link in References(page.read_text(encoding="utf-8")).links if link[0] not in "#d"]
        assert {Path(link).suffix for link in links} >= {".pdf", ".parquet", ".hea", ".dat", ".csv", ".json"}
        assert all((page.parent / link).resolve().is_file() for link in links)


def polylines(path: str) -> list[np.ndarray]:
    """Corners of each line of an SVG path of absolute starts and relative steps, in its units."""
    lines = []
    for start, steps in re.findall(r"M(-?\d+ -?\d+)l([-\d ]*)", path):
        numbers = [int(number) for number in re.findall(r"-?\d+", steps)]
        first = [int(number) for number in start.split()]
        lines.append(np.cumsum([first, *np.reshape(numbers, (-1, 2)).tolist()], axis=0))
    return lines


class TestDrawing:
    def test_traces_are_the_signal_to_half_a_unit(self, make_record) -> None:
        record: Record = make_record()
        (path,) = re.findall(r' d="([^"]+)"', str(ecg_svg(record)))
        strips = [line * UNIT_MM for line in polylines(path) if len(line) > 10]
        rhythm = strips[-1]
        assert np.ptp(rhythm[:, 0]) == pytest.approx(250, abs=0.2)
        x_mm = 20 + np.arange(0, 5000, 2) * 0.05
        drawn = -np.interp(x_mm, rhythm[:, 0], rhythm[:, 1]) / 10 * 1000
        signal = record.lead("II")[::2].astype(float)
        difference = (drawn - drawn.mean()) - (signal - signal.mean())
        assert np.abs(difference).max() <= 6  # half a unit of 5 uV, at both ends of a step

    def test_marks_are_those_of_the_clinical_page(self, make_record) -> None:
        record: Record = make_record()
        marked, plain = str(ecg_svg(record, marks=True)), str(ecg_svg(record))
        group = re.findall(r'<g class="marks".*</g>', marked)[0]
        assert marked.replace(group, "") == plain
        assert len(marked) < 1.2 * len(plain)
        marks = page_marks(lay_out(record, PageStyle()), record_waves(record), A4)
        for wave, name in enumerate(BEAT_WAVES):
            (path,) = re.findall(f'class="{name}" d="([^"]+)"', group)
            boxes = np.array(re.findall(r"M(-?\d+) (-?\d+)h(\d+)v(\d+)h-", path), dtype=int) * UNIT_MM
            boxes_mm, ticks_mm = marks.of(wave)
            assert boxes[:, 0] == pytest.approx(boxes_mm[:, 0] - A4.left_mm, abs=UNIT_MM)
            assert boxes[:, 1] == pytest.approx(A4.grid_top_mm - boxes_mm[:, 3], abs=UNIT_MM)
            assert boxes[:, 2] == pytest.approx(boxes_mm[:, 2] - boxes_mm[:, 0], abs=UNIT_MM)
            assert boxes[:, 3] == pytest.approx(boxes_mm[:, 3] - boxes_mm[:, 1], abs=UNIT_MM)
            assert path.count("M") == len(boxes_mm) + len(ticks_mm)

    def test_a_name_from_elsewhere_is_escaped(self, make_record) -> None:
        assert 'aria-label="ECG &lt;b&gt;&#34;x"' in ecg_svg(make_record(record_id='<b>"x'))

    def test_calibration_pulse_is_1_mv_and_200_ms(self, make_record) -> None:
        (path,) = re.findall(r' d="([^"]+)"', str(ecg_svg(make_record())))
        pulse = polylines(path)[0] * UNIT_MM
        assert np.ptp(pulse[:, 1]) == pytest.approx(10)
        assert np.diff(pulse[:, 0]).max() == pytest.approx(5)

    def test_histogram_of_one_value_and_of_far_ones(self) -> None:
        for values in ([5.0], [0.0, 1e-9], [-1e6, 1e6]):
            summary = summarise("rr_sd_ms", pa.chunked_array([values]))
            assert isinstance(summary, NumberSummary)
            drawing = str(histogram_svg(summary, "RR <SD>"))
            assert "nan" not in drawing
            assert "RR &lt;SD&gt;" in drawing
            assert drawing.count("<text") >= 3


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(params=[(390, 844), (1280, 900)], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, browser: Browser, page_file: Path) -> Iterator[Page]:
    """The page from its file; anything in the console and any request but the file's own fails the test."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    opened = context.new_page()
    told: list[str] = []
    opened.on("console", lambda message: told.append(message.text))
    opened.on("pageerror", lambda error: told.append(str(error)))
    opened.on("request", lambda sent: told.append(sent.url) if sent.url != page_file.as_uri() else None)
    opened.goto(page_file.as_uri())
    yield opened
    context.close()
    assert told == []


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"#samples tbody tr:visible > :nth-child({number})").all_inner_texts()


in_one_width = pytest.mark.parametrize("page", [(1280, 900)], ids=["desktop"], indirect=True)
"""What the width of the window does not change: narrow ones have other columns of tiles and facts, no more."""


class TestInBrowser:
    def test_nothing_reaches_beyond_the_window(self, page: Page) -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        drawn = page.locator("svg.ecg").first.bounding_box()
        assert drawn is not None
        assert drawn["width"] > 300
        assert drawn["height"] == pytest.approx(drawn["width"] * 165 / 275, rel=0.02)

    @in_one_width
    def test_columns_sort_both_ways_with_what_is_missing_last(self, page: Page) -> None:
        rate, qrs = page.get_by_role("button", name="Heart rate"), page.get_by_role("button", name="QRS")
        rate.click()
        assert column(page, 4) == ["64", "88", "101"]
        rate.press("Enter")
        assert column(page, 4) == ["101", "88", "64"]
        qrs.click()
        assert column(page, 5) == ["80", "92", "–"]
        qrs.click()
        assert column(page, 5) == ["92", "80", "–"]
        assert page.locator("th[aria-sort=descending]").count() == 1

    @in_one_width
    def test_filter_narrows_table_and_gallery(self, page: Page) -> None:
        page.get_by_label("Show").select_option("rejected")
        assert column(page, 1) == ["00000002"]
        assert page.locator(".gallery figure:visible").count() == 1
        page.get_by_label("Show").select_option("all")
        page.get_by_label("Find").fill("train 0001")
        assert column(page, 1) == ["00000001"]
        assert page.locator("#shown").inner_text() == "1 of 3 samples"

    def test_viewer_by_keyboard(self, page: Page) -> None:
        page.locator(".gallery a[data-open]").first.focus()
        page.keyboard.press("Enter")
        title, drawing = page.locator("#viewer-title"), page.locator("#viewer svg.ecg")
        assert title.inner_text() == "ECG 00000000"
        before = drawing.bounding_box()
        page.keyboard.press("+")
        after = drawing.bounding_box()
        assert before is not None
        assert after is not None
        assert after["width"] == pytest.approx(before["width"] * 1.4, rel=0.02)
        page.keyboard.press("ArrowLeft")
        assert title.inner_text() == "ECG 00000002"
        assert "heart_rate: <240> /min" in page.locator("#viewer-verdict").inner_text()
        page.keyboard.press("Escape")
        assert not page.locator("#viewer").is_visible()
        page.locator(".gallery a[data-open='00000002']:focus").wait_for()

    @in_one_width
    def test_marks_are_switched_on_and_off_by_keyboard(self, page: Page) -> None:
        marks, switch = page.locator(".gallery .marks").first, page.get_by_label("Mark P QRS T of every beat")
        assert not marks.is_visible()
        switch.focus()
        page.keyboard.press("Space")
        assert marks.is_visible()
        page.locator(".gallery a[data-open]").first.press("Enter")
        button = page.get_by_role("button", name="Marks", pressed=True)
        assert page.locator("#viewer .marks").is_visible()
        button.press("Enter")
        assert not page.locator("#viewer .marks").is_visible()
        page.keyboard.press("p")
        assert page.locator("#viewer .marks").is_visible()
        page.reload()
        assert not switch.is_checked(), "a page remembers nothing"

    def test_dragging_measures_time_and_voltage(self, page: Page) -> None:
        page.locator("#samples a[data-open]").first.click()
        page.get_by_role("button", name="Measure").click()
        box = page.locator("#viewer svg.ecg").bounding_box()
        assert box is not None
        millimetre = box["width"] / 275
        left, top = box["x"] + 50, box["y"] + 20
        page.mouse.move(left, top)
        page.mouse.down()
        page.mouse.move(left + 25 * millimetre, top + 10 * millimetre)
        page.mouse.up()
        milliseconds, volts = re.findall(r"([\d.]+) m[sV]", page.locator("#measured").inner_text())
        assert float(milliseconds) == pytest.approx(1000, abs=3)
        assert float(volts) == pytest.approx(1, abs=0.01)

    @in_one_width
    def test_light_and_dark(self, page: Page) -> None:
        def background() -> str:
            return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

        light = background()
        page.emulate_media(color_scheme="dark")
        dark = background()
        assert dark != light
        page.locator("#theme").click()
        assert background() == light
        page.emulate_media(media="print")
        assert background() == "rgb(255, 255, 255)"
        assert not page.locator("nav").is_visible()
