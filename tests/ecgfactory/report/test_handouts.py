"""Files of several records, as teachers hand them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pdf_lines import pdf_text
from pypdf import PdfReader

from ecgfactory.dataset.reader import Dataset
from ecgfactory.errors import BadInputError
from ecgfactory.record import CsvDialect, Record
from ecgfactory.report.answers import ROWS, answer_page
from ecgfactory.report.export import write_pdf
from ecgfactory.report.handouts import Handouts, Targets
from ecgfactory.report.records import any_record
from ecgfactory.report.style import PageStyle

BOTH = [PageStyle(), PageStyle(paper="Letter")]


@pytest.fixture
def handouts(rejecting: Dataset) -> Callable[..., Handouts]:
    ids = [*rejecting.record_ids[:2], str(rejecting.rejected.index[0])]

    def make(**changes: object) -> Handouts:
        fields: dict[str, object] = {
            "title": rejecting.title,
            "ids": ids,
            "read": partial(any_record, rejecting),
            "lead_names": rejecting.lead_names,
            "styles": [PageStyle()],
        }
        return Handouts(**(fields | changes))  # type: ignore[arg-type]

    return make


def problems_of(handouts: Handouts, targets: Targets, overwrite: bool = False) -> list[str]:
    with pytest.raises(BadInputError) as caught:
        handouts.write(targets, overwrite)
    return caught.value.problems


def test_a_folder_gets_a_file_per_record_layout_and_paper_that_says_so(
    handouts: Callable[..., Handouts], rejecting: Dataset, tmp_path: Path
) -> None:
    pages, styles = handouts(), [PageStyle(layout="12x1"), *BOTH]
    written = handouts(styles=styles).write(Targets(pdf_folder=tmp_path / "a" / "b"), overwrite=False)
    names = sorted(path.name for path in (tmp_path / "a" / "b").iterdir())
    assert names == sorted(f"{i}-{page}.pdf" for i in pages.ids for page in ("12x1-A4", "3x4-A4", "3x4-Letter"))
    assert sorted(path.name for path in written) == names
    write_pdf(rejecting[0], tmp_path / "alone.pdf", PageStyle(paper="Letter"))
    alone = tmp_path / "a" / "b" / f"{pages.ids[0]}-3x4-Letter.pdf"
    assert alone.read_bytes() == (tmp_path / "alone.pdf").read_bytes()


def test_eight_leads_have_each_page_once_under_its_own_name(
    handouts: Callable[..., Handouts], make_record: Callable[..., Record], tmp_path: Path
) -> None:
    eight = make_record(leads=8)
    styles = [PageStyle(layout=layout) for layout in ("3x4", "6x2", "12x1")]
    made = handouts(ids=["00000000"], read=lambda wanted: eight, lead_names=eight.lead_names, styles=styles)
    made.write(Targets(pdf_folder=tmp_path), overwrite=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000000-4x2-A4.pdf", "00000000-8x1-A4.pdf"]


def test_one_pdf_holds_all_pages_in_order_each_in_its_size(handouts: Callable[..., Handouts], tmp_path: Path) -> None:
    book = handouts(styles=BOTH, with_analysis=True)
    book = replace(book, ids=book.ids[1:])
    book.write(Targets(pdf=tmp_path / "book.pdf"), overwrite=False)
    pages = PdfReader(tmp_path / "book.pdf").pages
    assert len(pages) == 2 * 4
    for number, page in enumerate(pages):
        text = page.extract_text()
        assert f"ECG {book.ids[number // 4]}" in text
        assert book.title in text
        assert f"page {number + 1} of 8" in text
        assert float(page.mediabox.width) * 25.4 / 72 == pytest.approx(297 if number % 2 == 0 else 279.4, abs=0.01)


def test_quiz_pages_keep_what_the_answers_tell(
    handouts: Callable[..., Handouts], rejecting: Dataset, tmp_path: Path
) -> None:
    quiz = handouts(styles=[PageStyle(quiz=True)])
    quiz.write(Targets(pdf=tmp_path / "quiz.pdf", answers=tmp_path / "answers.pdf"), overwrite=False)
    asked = "".join(page.extract_text() for page in PdfReader(tmp_path / "quiz.pdf").pages)
    told = PdfReader(tmp_path / "answers.pdf").pages[0].extract_text()
    rejected = quiz.read(quiz.ids[-1])
    rate = f"{rejecting[0].features['heart_rate_bpm']:.0f} /min"
    for secret in (rate, "ACCEPTED", "REJECTED", rejected.reasons[0]):
        assert secret not in asked
    for answer in (*quiz.ids, rate, "accepted", f"rejected: {rejected.reasons[0]}", rejecting.title):
        assert answer in told
    assert [wanted in asked for wanted in quiz.ids] == [True] * 3
    assert (
        "an analysis page tells the answers"
        in problems_of(handouts(styles=[PageStyle(quiz=True)], with_analysis=True), Targets(pdf=tmp_path / "x.pdf"))[0]
    )


@pytest.mark.parametrize(("dialect", "separator", "point"), [("standard", ",", "."), ("decimal-comma", ";", ",")])
def test_answers_are_a_table_for_spreadsheets(
    dialect: CsvDialect, separator: str, point: str, handouts: Callable[..., Handouts], tmp_path: Path
) -> None:
    made = handouts(csv_dialect=dialect)
    made.write(Targets(answers=tmp_path / "answers.csv"), overwrite=False)
    table = pd.read_csv(tmp_path / "answers.csv", sep=separator, decimal=point, dtype={"record_id": str})
    assert table["record_id"].tolist() == list(made.ids)
    for row, wanted in zip(table.itertuples(), made.ids, strict=True):
        record = made.read(wanted)
        assert row.heart_rate_bpm == pytest.approx(record.features["heart_rate_bpm"], rel=1e-5)
        assert row.verdict == ("rejected" if record.reasons else "accepted")


def test_answers_go_on_over_pages(
    make_record: Callable[..., Record], handouts: Callable[..., Handouts], tmp_path: Path
):
    ids = [f"{number:08d}" for number in range(ROWS + 1)]
    many = handouts(ids=ids, read=lambda wanted: make_record(record_id=wanted))
    many.write(Targets(answers=tmp_path / "answers.pdf"), overwrite=False)
    first, second = (page.extract_text() for page in PdfReader(tmp_path / "answers.pdf").pages)
    assert ids[ROWS - 1] in first
    assert ids[ROWS] in second
    full = answer_page(
        [make_record(record_id=wanted, reasons=("why " * 40,)) for wanted in ids[:ROWS]], "x", PageStyle()
    )
    assert min(item.y_mm for item in full.items if hasattr(item, "y_mm") and item.y_mm > 7) > 12
    assert "..." in pdf_text(full)


def test_csv_and_pictures_of_each(handouts: Callable[..., Handouts], tmp_path: Path) -> None:
    made = handouts(csv_dialect="decimal-comma")
    made = replace(made, ids=made.ids[1:])
    made.write(Targets(csv_folder=tmp_path, png_folder=tmp_path), overwrite=False)
    names = [name for wanted in made.ids for name in (f"{wanted}-3x4-A4.png", f"{wanted}.csv")]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    rows = (tmp_path / f"{made.ids[-1]}.csv").read_text(encoding="ascii").splitlines()[1:]
    table = np.array([row.split(";") for row in rows], dtype=np.int64)
    assert np.array_equal(table[:, 1:].T, made.read(made.ids[-1]).signal_uv)


def test_all_that_is_in_the_way_is_told_before_anything_is_written(
    handouts: Callable[..., Handouts], rejecting: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "there.pdf").write_text("mine", encoding="utf-8")
    (tmp_path / "file").touch()
    before = sorted(tmp_path.iterdir())
    told = problems_of(
        handouts(csv_dialect="latin"),
        Targets(tmp_path / "there.pdf", tmp_path / "a.png", tmp_path / "a.csv", tmp_path / "a.doc"),
    )
    for problem, words in zip(
        told, ("--png-dir", "--csv-dir", "'latin' is unknown", "is there already", "'.doc' says no format"), strict=True
    ):
        assert words in problem
    twice = Targets(pdf=tmp_path / "a.pdf", answers=tmp_path / "a.pdf")
    assert problems_of(handouts(), twice) == [f"{tmp_path}/a.pdf: is asked for twice; give each file its own name."]
    assert "is a file; choose a folder" in problems_of(handouts(), Targets(pdf_folder=tmp_path / "file"))[0]
    inside = problems_of(handouts(styles=BOTH), Targets(pdf_folder=rejecting.path / "new"), overwrite=True)
    assert f"is inside the published dataset {rejecting.path}" in inside[0]
    assert inside[-1] == "and 1 more like these."
    assert sorted(tmp_path.iterdir()) == before
    handouts().write(Targets(tmp_path / "there.pdf"), overwrite=True)
    assert (tmp_path / "there.pdf").read_bytes().startswith(b"%PDF")
