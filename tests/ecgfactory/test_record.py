"""How a record is shown: in notebooks, as text and as a plot."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from ecgfactory.candidates.generate import generate
from ecgfactory.errors import BadInputError
from ecgfactory.record import Record
from ecgfactory.report.style import PageStyle


@pytest.fixture(scope="module")
def record() -> Record:
    return generate(1, seed=7)[0]


def test_a_notebook_shows_a_drawing_with_every_lead(record: Record) -> None:
    drawing = ElementTree.fromstring(record._repr_svg_())
    labels = {element.text for element in drawing.iter() if element.tag.endswith("text")}
    assert set(record.lead_names) <= labels


def test_a_plot_is_a_figure_on_a4(record: Record) -> None:
    figure = record.plot(PageStyle(layout="6x2", marks=True))
    assert isinstance(figure, Figure)
    assert tuple(figure.get_size_inches() * 25.4) == pytest.approx((297, 210))
    assert {"P", "QRS", "T"} <= {text.get_text() for text in figure.axes[0].texts}


def test_it_is_saved_as_what_the_suffix_says_and_replaces_nothing_unasked(record: Record, tmp_path: Path) -> None:
    begins = {".pdf": b"%PDF", ".svg": b"<?xml", ".CSV": b"time_ms,I,II"}
    for suffix, start in begins.items():
        record.save(str(tmp_path / f"ecg{suffix}"), PageStyle(paper="Letter"))
        assert (tmp_path / f"ecg{suffix}").read_bytes().startswith(start)
    with pytest.raises(BadInputError, match=r"ecg\.pdf: is there already"):
        record.save(tmp_path / "ecg.pdf")
    record.save(tmp_path / "ecg.pdf", with_analysis=True, overwrite=True)
    record.save(tmp_path / "ecg.CSV", csv_dialect="decimal-comma", overwrite=True)
    assert (tmp_path / "ecg.CSV").read_bytes().startswith(b"time_ms;I;II")
    with pytest.raises(BadInputError, match=r"'\.gif' says no format; end the name in \.pdf, \.png"):
        record.save(tmp_path / "ecg.gif")
    with pytest.raises(BadInputError, match="leave one of the two out"):
        record.save(tmp_path / "quiz.pdf", PageStyle(quiz=True), with_analysis=True)
    assert len(list(tmp_path.iterdir())) == len(begins)


def test_it_is_not_saved_inside_a_dataset(record: Record, built: Path) -> None:
    for path in (built / "ecg.pdf", built.parent / "latest" / "data" / "ecg.csv", built / "README.md"):
        with pytest.raises(BadInputError, match="is inside the published dataset"):
            record.save(path, overwrite=True)


def test_a_record_without_samples_says_so(record: Record) -> None:
    with pytest.raises(BadInputError, match="no samples to draw"):
        Record("1", ("II",), np.empty((1, 0), np.int16)).plot()


def test_a_lead_is_found_in_any_case_and_a_missing_one_is_told(record: Record) -> None:
    assert np.array_equal(record.lead("avr"), record.signal_uv[3])
    assert np.array_equal(record.lead("V5"), record.lead("v5"))
    with pytest.raises(BadInputError, match="record 00000000: there is no lead 'V7'; it has I, II, III, aVR"):
        record.lead("V7")


def test_a_record_is_equal_to_itself_alone(record: Record) -> None:
    same_content = Record(record.record_id, record.lead_names, record.signal_uv)
    assert record != same_content
    assert len({record, same_content, record}) == 2


def test_its_text_is_a_line(record: Record) -> None:
    assert repr(record) == "Record 00000000: 12 leads, 10 s at 500 Hz"
    rejected = Record("00000001", ("II",), record.signal_uv[1:2], reasons=("clipping: 8 ms",))
    assert repr(rejected) == "Record 00000001: 1 leads, 10 s at 500 Hz, rejected: clipping: 8 ms"
