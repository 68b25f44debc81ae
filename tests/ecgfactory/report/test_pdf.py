import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pypdfium2
import pytest
from pypdf import PdfReader

from ecgfactory.report.clinical import clinical_page
from ecgfactory.report.paper import A4
from ecgfactory.report.pdf import PdfFile
from ecgfactory.report.sheet import Box, Sheet


def pdf(*pages, title="test"):
    buffer = BytesIO()
    file = PdfFile(buffer, title)
    for sheets in pages:
        file.add_page(*sheets)
    file.close()
    return buffer.getvalue()


def rendered(data, page=0):
    """Pixels of a page, one per millimetre, shape (height, width, 3)."""
    picture = pypdfium2.PdfDocument(data)[page].render(scale=25.4 / 72)
    return picture.to_numpy()[: int(A4.height_mm), : int(A4.width_mm), ::-1]


def written(text, **options):
    sheet = Sheet()
    sheet.text(100, 20, text, 9, "#000000", **options)
    return sheet


@pytest.mark.parametrize("text", ["µV – °", "3 − 5 = −2", "Ωmega ≤ ½", "(a) \\ <b>", "x" * 60])
@pytest.mark.parametrize("bold", [False, True])
def test_text_is_found_as_it_was_written(text, bold):
    data = pdf([written(text, bold=bold)])
    assert pypdfium2.PdfDocument(data)[0].get_textpage().get_text_bounded() == text
    assert PdfReader(BytesIO(data)).pages[0].extract_text().removesuffix("\n") == text


def test_characters_that_no_font_has_spoil_nothing_else():
    text = PdfReader(BytesIO(pdf([written("a漢b\ud800c")]))).pages[0].extract_text()
    assert (text[0], text[2], text[4]) == ("a", "b", "c")


@pytest.mark.parametrize(("align", "before"), [("left", 0), ("center", 0.5), ("right", 1)])
def test_text_is_aligned_at_its_place(align, before):
    data = pdf([written("HHHHHHHHHH", align=align)])
    columns = np.flatnonzero((rendered(data) < 255).any(axis=(0, 2)))
    width = columns[-1] - columns[0]
    assert width == pytest.approx(10 * 0.752 * 9 * 25.4 / 72, abs=2)
    assert columns[0] == pytest.approx(100 - width * before, abs=2)


def test_drawing_is_at_its_place_in_its_colour_and_cut_off_at_its_box():
    sheet = Sheet()
    sheet.area(Box(10, 20, 30, 40).corners, "#ff0000")
    sheet.line([100, 200], [100, 100], "#0000ff", 20, inside=Box(120, 90, 50, 20))
    sheet.area(Box(20, 30, 5, 5).corners, "#000000", opacity=0.5)
    pixels = rendered(pdf([sheet]))
    at = {(x, y): tuple(pixels[210 - y, x].tolist()) for x, y in [(15, 25), (15, 65), (22, 33), (110, 100), (150, 100)]}
    assert at[15, 25] == (255, 0, 0)
    assert at[15, 65] == at[110, 100] == (255, 255, 255)
    assert at[150, 100] == (0, 0, 255)
    assert at[22, 33][0] == pytest.approx(128, abs=2)


def test_one_sheet_stands_in_several_files_and_several_in_one_page():
    page, numbers = written("shared"), [written(f"{number} of 3") for number in (1, 2, 3)]
    book = pdf(*([page, number] for number in numbers))
    texts = [page.extract_text() for page in PdfReader(BytesIO(book)).pages]
    assert [("shared" in text, f"{number} of 3" in text) for number, text in enumerate(texts, 1)] == [(True, True)] * 3
    assert "shared" in PdfReader(BytesIO(pdf([page]))).pages[0].extract_text()


def test_file_is_well_formed_and_its_bytes_follow_from_its_content():
    data = pdf([written("one")], [Sheet()], title="Größe µV")
    reader = PdfReader(BytesIO(data), strict=True)
    assert reader.metadata is not None
    assert reader.metadata.title == "Größe µV"
    assert reader.metadata.creation_date is None
    assert len(reader.pages) == 2
    assert data == pdf([written("one")], [Sheet()], title="Größe µV")
    for number in reader.xref[0]:
        assert reader.get_object(number) is not None


def test_files_saved_in_threads_are_the_same_as_alone():
    accented = "".join(map(chr, range(0xC0, 0x17F)))  # glyphs made of others
    sheets = [written(accented[start:], bold=start % 2 == 1) for start in range(32)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            together = list(threads.map(lambda sheet: pdf([sheet]), sheets))
    finally:
        sys.setswitchinterval(interval)
    assert together == [pdf([sheet]) for sheet in sheets]


def test_pages_are_kept_compressed_until_the_file_is_written(make_record):
    sheet = clinical_page(make_record())
    file = PdfFile(BytesIO(), "test")
    file.add_page(sheet)
    tracemalloc.start()
    try:
        for _ in range(10):
            file.add_page(sheet)
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held_bytes < 10 * 150_000
