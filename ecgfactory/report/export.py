"""Files of one record: PDF, picture and CSV, each written completely or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from ecgfactory.errors import BadInputError
from ecgfactory.formats.csv_encoding import encode_csv
from ecgfactory.record import Record
from ecgfactory.report.analysis import analysis_page
from ecgfactory.report.clinical import clinical_page
from ecgfactory.report.page import page_number
from ecgfactory.report.pdf import PdfFile
from ecgfactory.report.sheet import Sheet
from ecgfactory.report.style import PageStyle
from ecgfactory.storage import durable

PageMaker = Callable[[], Sheet]
"""Draws one page; called when that page is written, so that one sheet exists at a time."""

IMAGE_DPI = 254
"""Ten dots per millimetre, so that the grid of a picture is even."""

_IMAGE_SUFFIXES = (".png", ".svg", ".webp")


def write_page(record: Record, path: Path, style: PageStyle | None = None, with_analysis: bool = False) -> None:
    """Write a record's pages as PDF or as a picture, by the suffix of the path; see `write_pdf`, `write_image`."""
    write = write_pdf if path.suffix.lower() == ".pdf" else write_image
    write(record, path, style, with_analysis)


def write_pdf(record: Record, path: Path, style: PageStyle | None = None, with_analysis: bool = False) -> None:
    """Write a record's clinical page as PDF, to scale on A4 landscape.

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

    Raises
    ------
    BadInputError
        When the file can't be written, or the record holds no samples.
    """
    write_pages(path, record_pages(record, style, with_analysis), record_title(record))


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
    if suffix not in _IMAGE_SUFFIXES:
        raise BadInputError(f"{path}: suffix {path.suffix!r} is not a picture's; end the name in .png, .svg or .webp.")
    if suffix == ".svg" and with_analysis:
        raise BadInputError(f"{path}: an SVG holds one page; leave the analysis out, or write a PDF, PNG or WebP.")
    from ecgfactory.report import picture  # imports matplotlib, which PDFs do not need

    with whole_file(path) as temporary:
        if suffix == ".svg":
            picture.write_svg(clinical_page(record, style), temporary)
        else:
            sheets = [make_page() for make_page in record_pages(record, style, with_analysis)]
            picture.write_pixels(sheets, temporary, suffix[1:], dpi)


def write_csv(record: Record, path: Path) -> None:
    """Write a record as CSV: time_ms, then one column per lead in uV, as integers.

    Raises
    ------
    BadInputError
        When the file can't be written.
    """
    with whole_file(path) as temporary:
        temporary.write_bytes(encode_csv(record.signal_uv, record.lead_names, record.sampling_rate_hz))


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


def record_pages(record: Record, style: PageStyle | None, with_analysis: bool) -> list[PageMaker]:
    """Return what draws the pages of a record."""
    makers = [clinical_page, analysis_page] if with_analysis else [clinical_page]
    return [partial(make_page, record, style) for make_page in makers]


def record_title(record: Record) -> str:
    """Return the title of a record's PDF."""
    return f"ECG {record.record_id}"


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


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path, which replaces `path` when the block ends well."""
    try:
        with durable.atomic_path(path) as temporary:
            yield temporary
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise BadInputError(
            f"{path}: can't be written ({reason}); choose a file in an existing folder that you may write to."
        ) from error
