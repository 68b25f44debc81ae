"""Files of one record: PDF, picture and CSV, each there whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from ecgfactory import durable
from ecgfactory.errors import BadInputError
from ecgfactory.formats import csv
from ecgfactory.record import Record
from ecgfactory.report.analysis import analysis_page
from ecgfactory.report.clinical import clinical_page
from ecgfactory.report.page import number_page, rendering
from ecgfactory.report.style import PageStyle

PageMaker = Callable[[], Figure]
"""Draws one page; called when it is that page's turn, so that one figure lives at a time."""

IMAGE_DPI = 254
"""Ten dots a millimetre, so that the grid of a picture is even."""

_IMAGE_OPTIONS: dict[str, dict[str, Any]] = {
    ".png": {"metadata": {"Software": None}},
    ".svg": {"metadata": {"Date": None, "Creator": None}},
    ".webp": {"pil_kwargs": {"lossless": True}},
}


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
    pages = [partial(clinical_page, record, style)]
    if with_analysis:
        pages.append(partial(analysis_page, record, style))
    write_pages(path, pages, f"ECG {record.record_id}")


def write_image(
    record: Record,
    path: Path,
    style: PageStyle | None = None,
    page: Literal["clinical", "analysis"] = "clinical",
    dpi: float = IMAGE_DPI,
) -> None:
    """Write one page of a record as a picture: PNG, SVG or WebP by the suffix of the path.

    Parameters
    ----------
    record : Record
        The ECG.
    path : Path
        File to make or replace; its folder must exist.
    style : PageStyle, optional
        Layout, scale and colours.
    page : {"clinical", "analysis"}
        Which page.
    dpi : float
        Dots an inch of PNG and WebP; at 254 a millimetre is ten dots.

    Raises
    ------
    BadInputError
        When the suffix is none of these, the file can't be written, or the record holds no samples.
    """
    options = _IMAGE_OPTIONS.get(path.suffix.lower())
    if options is None:
        raise BadInputError(f"{path}: suffix {path.suffix!r} is no picture's; end the name in {_listed()}.")
    make_page = clinical_page if page == "clinical" else analysis_page
    with _whole_file(path) as temporary, _drawn(partial(make_page, record, style)) as figure:
        figure.savefig(temporary, format=path.suffix[1:].lower(), dpi=dpi, **options)


def write_csv(record: Record, path: Path) -> None:
    """Write a record as CSV: time_ms, then a column a lead in uV, as integers.

    Raises
    ------
    BadInputError
        When the file can't be written.
    """
    with _whole_file(path) as temporary:
        csv.write_csv(temporary, record.signal_uv, record.lead_names, record.sampling_rate_hz)


def write_pages(path: Path, pages: Sequence[PageMaker], title: str) -> None:
    """Write pages as one PDF, numbered when there is more than one.

    The bytes follow from the pages alone: no dates are written. One figure lives at a time.

    Raises
    ------
    BadInputError
        When the file can't be written.
    """
    metadata = {"Title": title, "Creator": "ecgfactory", "CreationDate": None}
    with _whole_file(path) as temporary, rendering(), PdfPages(temporary, metadata=metadata) as pdf:
        for number, make_page in enumerate(pages, start=1):
            with _drawn(make_page) as figure:
                if len(pages) > 1:
                    number_page(figure, number, len(pages))
                pdf.savefig(figure)


@contextlib.contextmanager
def _drawn(make_page: PageMaker) -> Iterator[Figure]:
    """Draw a page, and let go of it afterwards."""
    with rendering():
        figure = make_page()
        try:
            yield figure
        finally:
            figure.clear()


@contextlib.contextmanager
def _whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path that takes the place of `path` when all is well."""
    try:
        with durable.atomic_path(path) as temporary:
            yield temporary
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BadInputError(
            f"{path}: can't be written ({reason}); choose a file in an existing folder that you may write to."
        ) from error


def _listed() -> str:
    *first, last = _IMAGE_OPTIONS
    return f"{', '.join(first)} or {last}"
