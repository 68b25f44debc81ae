from functools import partial

import numpy as np
import pytest
from matplotlib import _pylab_helpers
from PIL import Image
from pypdf import PdfReader

from ecgfactory.errors import BadInputError
from ecgfactory.report.clinical import clinical_page
from ecgfactory.report.export import write_csv, write_image, write_page, write_pages, write_pdf
from ecgfactory.report.style import PageStyle


def test_pdf_has_the_pages_asked_for_and_no_dates(make_record, tmp_path):
    write_pdf(make_record(), tmp_path / "one.pdf")
    write_pdf(make_record(), tmp_path / "two.pdf", with_analysis=True)
    one, two = PdfReader(tmp_path / "one.pdf"), PdfReader(tmp_path / "two.pdf")
    assert (len(one.pages), len(two.pages)) == (1, 2)
    assert "page 1 of" not in one.pages[0].extract_text()
    assert "page 2 of 2" in two.pages[1].extract_text()
    assert two.metadata is not None
    assert two.metadata.title == "ECG 00000000"
    assert two.metadata.creation_date is None
    assert not _pylab_helpers.Gcf.figs


@pytest.mark.parametrize("name", ["ecg.pdf", "ecg.png", "ecg.svg", "ecg.webp", "ecg.csv"])
def test_same_record_gives_the_same_bytes(make_record, tmp_path, name):
    write = write_csv if name.endswith("csv") else write_page
    write(make_record(), tmp_path / name)
    first = (tmp_path / name).read_bytes()
    write(make_record(), tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == [name]
    if name in {"ecg.png", "ecg.webp"}:
        with Image.open(tmp_path / name) as picture:
            assert picture.format == name[4:].upper()
            assert picture.size == (2970, 2100), "ten dots a millimetre"


def test_a_suffix_may_be_in_capitals(make_record, tmp_path):
    write_image(make_record(), tmp_path / "ECG.PNG", dpi=20)
    with Image.open(tmp_path / "ECG.PNG") as picture:
        assert picture.format == "PNG"


def test_picture_with_analysis_stacks_both_pages(make_record, tmp_path):
    write_image(make_record(), tmp_path / "ecg.png", dpi=50, with_analysis=True)
    with Image.open(tmp_path / "ecg.png") as both:
        width, height = both.size
        pixels = np.asarray(both)
    assert height == pytest.approx(2 * width * 210 / 297, abs=2)
    assert not np.array_equal(pixels[: height // 2], pixels[height // 2 : height // 2 * 2])


def test_svg_is_a_drawing_in_page_size(make_record, tmp_path):
    write_image(make_record(), tmp_path / "ecg.svg", PageStyle(colours="black-and-white"))
    text = (tmp_path / "ecg.svg").read_text(encoding="utf-8")
    assert 'width="841.889764pt"' in text
    assert "<image" not in text


def test_csv_holds_the_stored_integers(make_record, tmp_path):
    record = make_record()
    write_csv(record, tmp_path / "ecg.csv")
    header, *rows = (tmp_path / "ecg.csv").read_text(encoding="utf-8").splitlines()
    assert header == "time_ms,I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6"
    table = np.array([row.split(",") for row in rows], dtype=np.int64)
    assert np.array_equal(table[:, 0], np.arange(5000) * 2)
    assert np.array_equal(table[:, 1:].T, record.signal_uv)


@pytest.mark.parametrize("write", [write_pdf, write_image, write_csv])
def test_unwritable_target_is_one_sentence(make_record, tmp_path, write):
    target = tmp_path / "missing" / "ecg.png"
    with pytest.raises(BadInputError) as error:
        write(make_record(), target)
    assert str(error.value).startswith(f"{target}: can't be written (No such file or directory)")
    assert not target.parent.exists()


def test_folder_in_the_way_is_left_alone(make_record, tmp_path):
    (tmp_path / "ecg.pdf").mkdir()
    with pytest.raises(BadInputError, match="Is a directory"):
        write_pdf(make_record(), tmp_path / "ecg.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["ecg.pdf"]


@pytest.mark.parametrize(("name", "analysis"), [("ecg.gif", False), ("ecg", False), ("ecg.svg", True)])
def test_picture_that_cannot_be_is_refused(make_record, tmp_path, name, analysis):
    with pytest.raises(BadInputError, match=name):
        write_page(make_record(), tmp_path / name, with_analysis=analysis)
    assert not any(tmp_path.iterdir())


def test_failure_half_way_leaves_the_old_file(make_record, tmp_path):
    target = tmp_path / "ecg.pdf"
    target.write_bytes(b"old")
    empty = make_record(signal_uv=np.empty((12, 0), np.int16))
    with pytest.raises(BadInputError, match="no samples"):
        write_pages(target, [partial(clinical_page, make_record()), partial(clinical_page, empty)], "half")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["ecg.pdf"]
