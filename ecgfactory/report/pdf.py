"""Sheets as pages of a PDF file, written by reportlab, its bytes a function of what is drawn alone."""

from __future__ import annotations

import hashlib
import threading
import zlib
from typing import Any, BinaryIO

from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFInfo, PDFName, PDFPage, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

from ecgfactory.arrays import Float64Array
from ecgfactory.report.sheet import POINTS_PER_MM, Areas, Box, Lines, Sheet, Text
from ecgfactory.report.typeface import font_name

_ROUND_JOIN = 1
_COMPRESSION = 4
"""Level of zlib: of level 6 it takes a fifth of the time, for a tenth more bytes."""

_saving = threading.Lock()
"""Held while a file is saved: reportlab embeds a font with a reading position that all files share."""


class PdfFile:
    """A PDF that is drawn page by page and written at the end.

    Until then its pages are kept compressed, about 100 kB each; writing takes twice as much again.

    Parameters
    ----------
    file : binary file
        Where it goes, from the current position on.
    title : str
        Title of the document.
    """

    def __init__(self, file: BinaryIO, title: str) -> None:
        self._canvas = Canvas(
            file,
            invariant=1,
            # Otherwise Helvetica, which would be named in the file but not embedded.
            initialFontName=font_name(bold=False),  # type: ignore[arg-type]  # the stubs are wrong
        )
        # There is no public way to leave dates out, nor to compress pages one by one.
        self._document: Any = self._canvas._doc  # type: ignore[attr-defined]
        self._document.info = _Info(title)
        self._document.signature = hashlib.md5(usedforsecurity=False)  # the default starts with SOURCE_DATE_EPOCH

    def add_page(self, *sheets: Sheet) -> None:
        """Add a page with what is drawn on sheets of one size, the lowest first."""
        paper = sheets[0].paper
        self._canvas.setPageSize((paper.width_mm * POINTS_PER_MM, paper.height_mm * POINTS_PER_MM))
        self._canvas.setLineJoin(_ROUND_JOIN)
        for sheet in sheets:
            for item in sheet.items:
                self._canvas.saveState()
                _draw(self._canvas, item)
                self._canvas.restoreState()
        self._canvas.showPage()
        _compress(self._document.Pages.pages[-1])

    def close(self) -> None:
        """Write the file, which itself stays open."""
        with _saving:
            self._canvas.save()


class _Info(PDFInfo):
    """Document information of a PDF: no dates, unlike reportlab's."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title.encode("utf-8", "replace").decode("utf-8")

    def format(self, document: object) -> bytes:
        content = PDFDictionary({"Title": PDFString(self.title), "Creator": PDFString("ecgfactory")})
        formatted: bytes = content.format(document)
        return formatted


def _compress(page: PDFPage) -> None:
    """Compress what is drawn on a page at once; reportlab would do so when all pages are there."""
    stream = PDFStream(content=zlib.compress(page.stream.encode("ascii"), _COMPRESSION))
    stream.dictionary["Filter"] = PDFName("FlateDecode")
    page.Contents, page.stream = stream, None


def _draw(canvas: Canvas, item: Lines | Areas | Text) -> None:
    if isinstance(item, Text):
        _draw_text(canvas, item)
    elif isinstance(item, Areas):
        canvas.setFillColor(HexColor(item.colour), alpha=item.opacity)
        canvas.addLiteral(f"{_paths(item.points_mm)}f")
    else:
        if item.inside is not None:
            _clip(canvas, item.inside)
        if item.dashes_pt:
            canvas.setDash(item.dashes_pt)
        canvas.setStrokeColor(HexColor(item.colour), alpha=item.opacity)
        canvas.setLineWidth(item.width_pt)
        canvas.addLiteral(f"{_paths(item.points_mm)}S")


def _draw_text(canvas: Canvas, item: Text) -> None:
    canvas.setFont(font_name(item.bold), item.size_pt)
    canvas.setFillColor(HexColor(item.colour))
    canvas.translate(item.x_mm * POINTS_PER_MM, item.y_mm * POINTS_PER_MM)
    if item.upwards:
        canvas.rotate(90)
    write = {"left": canvas.drawString, "center": canvas.drawCentredString, "right": canvas.drawRightString}
    write[item.align](0, 0, item.text)


def _clip(canvas: Canvas, box: Box) -> None:
    path = canvas.beginPath()
    path.rect(*(side * POINTS_PER_MM for side in box))
    canvas.clipPath(path, stroke=0, fill=0)


def _paths(points_mm: Float64Array) -> str:
    """Write lines of shape (lines, points, 2) to a hundredth of a point: an eighth of the time of calls by point."""
    lines, points, _ = points_mm.shape
    template = ("%.2f %.2f m\n" + "%.2f %.2f l\n" * (points - 1)) * lines
    text: str = template % tuple((points_mm * POINTS_PER_MM).ravel().tolist())
    return text
