"""Files of records: PDF, picture and CSV, each written completely or not at all, and none inside a dataset."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from ecgfactory.errors import BadInputError
from ecgfactory.formats.csv_encoding import check_csv_dialect, encode_csv
from ecgfactory.record import CsvDialect, Record
from ecgfactory.report.analysis import analysis_page
from ecgfactory.report.clinical import clinical_page
from ecgfactory.report.course import Course
from ecgfactory.report.overview import overview_page
from ecgfactory.report.page import page_number
from ecgfactory.report.pdf import PdfFile
from ecgfactory.report.sheet import Sheet
from ecgfactory.report.style import PageStyle
from ecgfactory.storage.handed_out import check_free, whole_file
from ecgfactory.storage.home import from_home
from ecgfactory.storage.sealed import check_outside

PageMaker = Callable[[], Sheet]
"""Draws one page; called when that page is written, so that one sheet exists at a time."""

IMAGE_DPI = 254
"""Ten dots per millimetre, so that the grid of a picture is even."""

IMAGE_SUFFIXES = (".png", ".svg", ".webp")


def save_record(
    record: Record,
    path: str | os.PathLike[str],
    style: PageStyle | None,
    with_analysis: bool,
    csv_dialect: CsvDialect,
    overwrite: bool,
) -> None:
    """Write a record as PDF, picture or CSV, by the suffix of the path; see `Record.save`."""
    target = from_home(path)
    check_target(target, (".pdf", *IMAGE_SUFFIXES, ".csv"), with_analysis, overwrite)
    if target.suffix.lower() == ".csv":
        write_csv(record, target, csv_dialect)
    else:
        write_page(record, target, style, with_analysis)


def check_target(path: Path, suffixes: Sequence[str], with_analysis: bool, overwrite: bool) -> None:
    """Check that a file may be made, before anything is done for it.

    Parameters
    ----------
    path : Path
        Where.
    suffixes : sequence of str
        What its name may end in.
    with_analysis : bool
        Whether the analysis page is to be in it too.
    overwrite : bool
        Whether it may replace a file.

    Raises
    ------
    BadInputError
        When it may not.
    """
    check_outside(path)
    if path.suffix.lower() not in suffixes:
        raise BadInputError(f"{path}: the suffix {path.suffix!r} says no format; end the name in {_listed(suffixes)}.")
    if path.suffix.lower() == ".svg" and with_analysis:
        raise BadInputError(f"{path}: an SVG holds one page; leave the analysis out, or write a PDF, PNG or WebP.")
    check_free(path, overwrite)


def _listed(suffixes: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(suffixes[:-1]), suffixes[-1])))


def write_page(
    record: Record,
    path: Path,
    style: PageStyle | None = None,
    with_analysis: bool = False,
    course: Course | None = None,
) -> None:
    """Write a record's pages as PDF or, without its course, as a picture: by the suffix of the path.

    See `write_pdf` and `write_image`.
    """
    if path.suffix.lower() == ".pdf":
        write_pdf(record, path, style, with_analysis, course)
    else:
        write_image(record, path, style, with_analysis)


def write_pdf(
    record: Record,
    path: Path,
    style: PageStyle | None = None,
    with_analysis: bool = False,
    course: Course | None = None,
) -> None:
    """Write a record's clinical page as PDF, to scale.

    Parameters
    ----------
    record : Record
        The ECG.
    path : Path
        File to make or replace; its folder must exist.
    style : PageStyle, optional
        Layout, scale and colours.
    with_analysis : bool
        Whether the analysis page follows.
    course : Course, optional
        Of a long record: an overview is the second page.

    Raises
    ------
    BadInputError
        When the file can't be written, or the record holds no samples.
    """
    write_pages(path, record_pages(record, style, with_analysis, course), record_title(record))


def write_image(
    record: Record,
    path: Path,
    style: PageStyle | None = None,
    with_analysis: bool = False,
    dpi: float = IMAGE_DPI,
) -> None:
    """Write a record's clinical page as a picture: PNG, SVG or WebP by the suffix of the path.

    Parameters
    ----------
    record : Record
        The ECG.
    path : Path
        File to make or replace; its folder must exist.
    style : PageStyle, optional
        Layout, scale and colours.
    with_analysis : bool
        Whether the analysis page follows below; an SVG has room for one page only.
    dpi : float
        Dots per inch of PNG and WebP; 254 are ten dots per millimetre.

    Raises
    ------
    BadInputError
        When the suffix is not one of these, the file can't be written, or the record holds no samples.
    """
    suffix = path.suffix.lower()
    check_target(path, IMAGE_SUFFIXES, with_analysis, overwrite=True)
    from ecgfactory.report import picture  # imports matplotlib, which PDFs do not need

    with whole_file(path) as temporary:
        if suffix == ".svg":
            picture.write_svg(clinical_page(record, style), temporary)
        else:
            sheets = [make_page() for make_page in record_pages(record, style, with_analysis)]
            picture.write_pixels(sheets, temporary, suffix[1:], dpi)


def write_csv(record: Record, path: Path, dialect: CsvDialect = "standard") -> None:
    """Write a record as CSV: time_ms, then one column per lead in uV, as integers.

    Raises
    ------
    BadInputError
        When the file can't be written, or there is no such dialect.
    """
    check_csv_dialect(dialect)
    with whole_file(path) as temporary:
        temporary.write_bytes(encode_csv(record.signal_uv, record.lead_names, record.sampling_rate_hz, dialect))


def write_pages(path: Path, pages: Sequence[PageMaker], title: str) -> None:
    """Write pages as one PDF, numbered when there is more than one.

    The bytes follow from the pages alone: no dates are written. One sheet is in memory at a time.

    Raises
    ------
    BadInputError
        When the file can't be written.
    """
    with whole_pdf(path, title) as pdf:
        for number, make_page in enumerate(pages, start=1):
            pdf.add_page(*numbered(make_page(), number, len(pages)))


def record_pages(
    record: Record, style: PageStyle | None, with_analysis: bool, course: Course | None = None
) -> list[PageMaker]:
    """Return what draws the pages of a record, with an overview where its course is given; see `check_analysis`."""
    check_analysis(style, with_analysis)
    pages: list[PageMaker] = [partial(clinical_page, record, style)]
    if course is not None:
        pages.append(partial(overview_page, record, course, style))
    if with_analysis:
        pages.append(partial(analysis_page, record, style))
    return pages


def check_analysis(style: PageStyle | None, with_analysis: bool) -> None:
    """Check that an analysis page may follow.

    Raises
    ------
    BadInputError
        When it would give the answers to a quiz.
    """
    if with_analysis and style is not None and style.quiz:
        raise BadInputError("an analysis page tells the answers to a quiz page; leave one of the two out.")


def record_title(record: Record) -> str:
    """Return the title of a record's PDF."""
    return ", ".join(filter(None, (f"ECG {record.record_id}", record.dataset)))


def numbered(sheet: Sheet, number: int, count: int) -> list[Sheet]:
    """Return a page and its number to lay over it, where there is more than one."""
    return [sheet, page_number(number, count, sheet.paper)] if count > 1 else [sheet]


@contextlib.contextmanager
def whole_pdf(path: Path, title: str) -> Iterator[PdfFile]:
    """Give a PDF to add pages to, which replaces `path` when the block ends well."""
    with whole_file(path) as temporary, temporary.open("wb") as file:
        pdf = PdfFile(file, title)
        yield pdf
        pdf.close()
