"""Reads what a PDF page strokes and says, straight from its content stream, lengths in millimetres."""

from io import BytesIO
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pypdfium2
from pypdf import PageObject, PdfReader

from ecgfactory.report.pdf import PdfFile
from ecgfactory.report.sheet import Sheet

Line = npt.NDArray[np.float64]
MM_PER_POINT = 25.4 / 72


def pdf_bytes(sheet: Sheet) -> bytes:
    """Save a sheet as a PDF of one page."""
    buffer = BytesIO()
    pdf = PdfFile(buffer, "test")
    pdf.add_page(sheet)
    pdf.close()
    return buffer.getvalue()


def pdf_page(sheet: Sheet) -> PageObject:
    """Save a sheet as PDF and return its only page."""
    return PdfReader(BytesIO(pdf_bytes(sheet))).pages[0]


def pdf_text(source: Sheet | bytes, page: int = 0) -> str:
    """Text of a page as a PDF viewer finds it."""
    document = pypdfium2.PdfDocument(source if isinstance(source, bytes) else pdf_bytes(source))
    return str(document[page].get_textpage().get_text_bounded())


def stroked_lines(page: PageObject) -> list[list[Line]]:
    """List the stroked paths of a page; each is a list of polylines of shape (points, 2), in mm."""
    contents = page.get_contents()
    assert contents is not None
    painted: list[list[Line]] = []
    current: list[list[list[str]]] = []
    transformed = [False]
    for row in contents.get_data().decode("latin-1").splitlines():
        *operands, operator = row.split() or [""]
        if operator == "m":
            current.append([operands])
        elif operator == "l":
            current[-1].append(operands)
        elif operator == "q":
            transformed.append(transformed[-1])
        elif operator == "Q":
            transformed.pop()
        elif operator == "cm":
            transformed[-1] |= operands != ["1", "0", "0", "1", "0", "0"]
        elif operator in {"S", "s", "B", "b", "n", "f"}:
            if operator == "S":
                assert not transformed[-1], "a transformed path would be measured wrongly"
                painted.append([np.array(line, dtype=float) * MM_PER_POINT for line in current])
            current = []
    return painted


def grid_pitch_mm(lines: list[Line], axis: int) -> Line:
    """Distances between neighbouring lines of a grid: along x for axis 0, along y for axis 1."""
    places = sorted(line[0, axis] for line in lines if np.isclose(line[0, axis], line[1, axis]))
    return np.array([b - a for a, b in pairwise(places)])
