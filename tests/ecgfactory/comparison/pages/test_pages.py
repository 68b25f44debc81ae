"""Web page and PDF of a comparison."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from ecgfactory.comparison.coverage import DEFINITIONS
from ecgfactory.comparison.files import FILES, write_files
from ecgfactory.comparison.pages.book import comparison_pages
from ecgfactory.comparison.result import Comparison
from ecgfactory.report.sheet import Sheet, Text, text_width_mm
from tests.browsing import References, chromium


@pytest.fixture(scope="module")
def folder(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("comparison")
    write_files(comparison, folder)
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "comparison.html").read_text(encoding="utf-8")


def test_the_page_stands_alone(page: str) -> None:
    references = References(page)
    assert {link for link in references.links if link[0] != "#"} == {"data:,"}
    assert {link[1:] for link in references.links if link[0] == "#"} <= set(references.ids)
    assert len(references.ids) == len(set(references.ids))
    assert "@import" not in page
    assert "url(#" in page
    assert not re.search(r"url\((?!#)", page)


def test_the_page_names_what_was_compared_and_found(page: str) -> None:
    assert "95 of 100 cases (95 % interval 85 to 98)" in page
    assert "49 of 100 cases (95 % interval 40 to 58)" in page
    for said in (
        "real: 30 ECGs in 60 pieces",
        "others: 20 ECGs",
        "A note on ±18 µV.",
        "0.5 to 150 Hz",
        "<b>Power of V4 between 25 and 40 Hz</b> dB <small>(1 µV²/Hz is 0 dB)</small>",
        ">QT interval<",
        "Lower in the dataset. By this alone 77 of 100 are told rightly.",
        "0.42 (0.31 to 0.55)",
        "A feature that no ECG has",
        "V3 over V3: correlation −1.00 over the likest 5 s",
        "<b>90 %</b> of real ECGs within the reach of the dataset's (recall)",
        "(p 0.02 for nearer as a whole)",
        "1 of 40 ECGs of the dataset stands out as a copy of a real one, and is flagged",
    ):
        assert said in page
    assert all(definition.source in page for definition in DEFINITIONS.values())
    assert "nan" not in page


def test_names_from_elsewhere_are_escaped(page: str) -> None:
    assert "&lt;b&gt;&#34;x?" in page
    assert '<b>"x' not in page


def test_same_comparison_same_bytes(comparison: Comparison, folder: Path, tmp_path: Path) -> None:
    write_files(comparison, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_ecgs_of_people_are_not_passed_on_with_a_dataset(comparison: Comparison, tmp_path: Path) -> None:
    write_files(comparison, tmp_path, draws_reference=False)
    page = (tmp_path / "comparison.html").read_text(encoding="utf-8")
    assert page.count('class="ecg"') == 3
    assert "V3 over V3" not in page
    assert "Flagged: 00000007" not in page
    assert "ECGs of the reference are not drawn here" in page
    assert "The pairs are not drawn here" in page
    assert len(comparison_pages(comparison, True)) - len(comparison_pages(comparison, False)) == 2


def test_pages_of_the_pdf_are_numbered_and_say_what_the_web_page_says(folder: Path) -> None:
    texts = [page.extract_text() for page in PdfReader(BytesIO((folder / "comparison.pdf").read_bytes())).pages]
    for number, text in enumerate(texts, start=1):
        assert f"page {number} of {len(texts)}" in text
        assert "Not for diagnosis" in text
    whole = "\n".join(texts)
    titles = (
        "How real",
        "What betrays most",
        "Most betrayed",
        "Typical",
        "Real",
        "Overlap",
        "Copies",
        "Flagged",
        "All features",
    )
    assert all(title in whole for title in titles)
    assert "So an ECG of the dataset is nearly always told from a real one." in whole


def reach_mm(item: Text) -> tuple[float, float]:
    """Left and right end of a line of text."""
    width = text_width_mm(item.text, item.size_pt, item.bold)
    left = item.x_mm - width * {"left": 0, "center": 0.5, "right": 1}[item.align]
    return left, left + width


def test_no_text_of_the_pdf_leaves_its_page(comparison: Comparison) -> None:
    sheets: list[Sheet] = [make_page() for make_page in comparison_pages(comparison, True)]
    for sheet in sheets:
        for item in (item for item in sheet.items if isinstance(item, Text) and not item.upwards):
            left, right = reach_mm(item)
            assert left > 5, item.text
            assert right < sheet.paper.width_mm - 5, item.text


@pytest.mark.slow
def test_nothing_reaches_beyond_the_window(folder: Path) -> None:
    address = (folder / "comparison.html").as_uri()
    with chromium() as browser:
        for width in (390, 1280):
            opened = browser.new_page(viewport={"width": width, "height": 844})
            told: list[str] = []
            opened.on("console", lambda message, told=told: told.append(message.text))
            opened.on("pageerror", lambda error, told=told: told.append(str(error)))
            opened.on("request", lambda sent, told=told: told.append(sent.url))
            opened.goto(address)
            assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
            light = opened.evaluate("getComputedStyle(document.body).backgroundColor")
            opened.locator("#theme").click()
            assert opened.evaluate("getComputedStyle(document.body).backgroundColor") != light
            assert told == [address]
