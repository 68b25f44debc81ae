"""What the printed pages of a comparison have in common: colours, footer, wrapped text, two histograms in a plot."""

from __future__ import annotations

from collections.abc import Iterator

from ecgfactory.comparison.pages.histograms import Histograms, outline
from ecgfactory.report.page import FOOTER_MM, draw_title
from ecgfactory.report.panel import Panel
from ecgfactory.report.sheet import Sheet, text_width_mm
from ecgfactory.report.style import PALETTES

PALETTE = PALETTES["red"]
DATASET, REFERENCE = PALETTE.accent, "#a3adb8"
"""Colours of the two sides; the reference is filled and the dataset an outline, so that they differ in grey too."""

_LEGEND_PT = 7.5
_TITLE_PT, _SUBTITLE_PT = 18, 9
"""As `draw_title` has them."""

LEGEND_MM = 55.0
"""Room that a legend at the right of a heading needs."""

_PAGE_NUMBER_MM = 26.0


def draw_heading(sheet: Sheet, title: str, subtitle: str, room: float = 0.0) -> None:
    """Draw title and subtitle of a page, cut to its width less the room that is needed beside them, in mm."""
    width = sheet.paper.grid_width_mm - room
    title, subtitle = cut(title, width, _TITLE_PT, bold=True), cut(subtitle, width, _SUBTITLE_PT)
    draw_title(sheet, title, subtitle, PALETTE)


def cut(text: str, width: float, size_pt: float, bold: bool = False) -> str:
    """Cut text to a width in mm; three dots say where."""
    if text_width_mm(text, size_pt, bold) <= width:
        return text
    return f"{next(wrapped(text, width - text_width_mm('...', size_pt, bold), size_pt, bold))}..."


def draw_note(sheet: Sheet, note: str) -> None:
    """Draw the footer: a note, and that no page is for diagnosis."""
    right = sheet.paper.right_mm - _PAGE_NUMBER_MM
    sheet.text(sheet.paper.left_mm, FOOTER_MM, note, 7.5, PALETTE.text)
    sheet.text(right, FOOTER_MM, "Not for diagnosis", 7.5, PALETTE.accent, bold=True, align="right")


def draw_text(
    sheet: Sheet, left: float, top: float, width: float, text: str, size_pt: float, colour: str, bold: bool = False
) -> float:
    """Write text in lines of a width; returns where the next line would be, in mm from the lower edge."""
    pitch = 0.5 * size_pt
    for line in wrapped(text, width, size_pt, bold):
        sheet.text(left, top, line, size_pt, colour, bold=bold)
        top -= pitch
    return top


def wrapped(text: str, width: float, size_pt: float, bold: bool = False) -> Iterator[str]:
    """Cut text into lines that are no longer than a width in mm; a longer word is cut too."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".lstrip()
        if text_width_mm(longer, size_pt, bold) <= width:
            line = longer
            continue
        if line:
            yield line
        while text_width_mm(word, size_pt, bold) > width:
            fits = next(
                count for count in range(len(word), 0, -1) if text_width_mm(word[:count], size_pt, bold) <= width
            )
            yield word[:fits]
            word = word[fits:]
        line = word
    if line:
        yield line


def draw_legend(sheet: Sheet, left: float, height: float) -> None:
    """Explain the colours of the two sides."""
    for name, colour in (("reference", REFERENCE), ("dataset", DATASET)):
        sheet.line([left, left + 5], [height + 0.9] * 2, colour, 2.4 if name == "reference" else 1)
        sheet.text(left + 6.5, height, name, _LEGEND_PT, PALETTE.text)
        left += 11 + text_width_mm(name, _LEGEND_PT)


def draw_histograms(panel: Panel, histograms: Histograms, x_label: str) -> None:
    """Draw the histogram of the dataset as an outline over that of the reference, which is filled."""
    panel.scale((float(histograms.edges[0]), float(histograms.edges[-1])), (0.0, histograms.top))
    panel.steps(histograms.edges, histograms.reference, REFERENCE)
    panel.line(*outline(histograms.edges, histograms.dataset), DATASET, 1.0)
    panel.x_axis(x_label)
