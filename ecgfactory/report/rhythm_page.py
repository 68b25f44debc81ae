"""The page of a report on the rhythms of a dataset: codes, shares, and where a sample of each is."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Literal

from ecgfactory.record import Record
from ecgfactory.report.page import MARGIN_MM, RIGHT_MM, draw_footer, draw_title
from ecgfactory.report.rhythm_summary import RhythmShare
from ecgfactory.report.rhythm_words import COMPOSED, snomed_ct
from ecgfactory.report.sheet import Box, Sheet
from ecgfactory.report.style import Palette

EXPLANATION = (
    "The heart of each record is one accepted ECG of the generator: its beats, placed, stretched and replaced by the "
    "rules of a rhythm. Shares were asked of candidates; of records they differ by chance and by what the quality "
    "policy rejects. Missing are all diseases that change the shape of beats: ischaemia, hypertrophy, drugs and others."
)

_HEADINGS = ("Rhythm", "SNOMED CT", "SCP", "asked", "candidates", "rejected", "accepted", "sample")
_TOP_MM, _ROW_MM, _TEXT_WIDTH = 158.0, 7.0, 150
_TEXT_COLUMNS_MM, _NUMBER_COLUMNS_MM, _SAMPLE_MM = (0.0, 60.0, 104.0), (146.0, 168.0, 188.0, 224.0), 232.0
"""Where columns of text begin, where those of numbers end, and where that of samples begins, from the left edge."""


def rhythm_page(
    rhythms: Sequence[RhythmShare], samples: Sequence[Record], pages: Mapping[str, int], palette: Palette
) -> Sheet:
    """Draw the page.

    Parameters
    ----------
    rhythms : sequence of RhythmShare
        One row each.
    samples : sequence of Record
        The samples of the report.
    pages : mapping of str to int
        On which page each begins, by its id.
    palette : Palette
        Colours.
    """
    sheet = Sheet()
    draw_title(sheet, "Rhythms", f"{COMPOSED}; not for diagnosis", palette)
    for line, text in enumerate(textwrap.wrap(EXPLANATION, _TEXT_WIDTH)):
        sheet.text(MARGIN_MM, 179 - 4.6 * line, text, 8.5, palette.text)
    _draw_row(sheet, _TOP_MM, _HEADINGS, palette.muted)
    for place, rhythm in enumerate(rhythms):
        accepted = [record.record_id for record in samples if record.rhythm == rhythm.kind.name and not record.reasons]
        height = _TOP_MM - 1 - _ROW_MM * (place + 1)
        words = [
            rhythm.kind.title,
            snomed_ct(rhythm.kind),
            ", ".join(rhythm.kind.scp),
            f"{rhythm.asked:.1%}",
            f"{rhythm.candidates:,}",
            f"{rhythm.rejected:,}",
            f"{rhythm.records:,}  ({rhythm.share:.1%})",
            f"{accepted[0]}, page {pages[accepted[0]]}" if accepted else "–",
        ]
        _draw_row(sheet, height, words, palette.text)
        width = (RIGHT_MM - MARGIN_MM) * rhythm.share
        sheet.area(Box(MARGIN_MM, height - 2.6, width, 1.1).corners, palette.major_grid)
    draw_footer(sheet, "Codes as in the PhysioNet/CinC challenges (SNOMED CT) and in PTB-XL (SCP)", palette)
    return sheet


def _draw_row(sheet: Sheet, height: float, words: Sequence[str], colour: str) -> None:
    columns = (*_TEXT_COLUMNS_MM, *_NUMBER_COLUMNS_MM, _SAMPLE_MM)
    for x_mm, text in zip(columns, words, strict=True):
        align: Literal["left", "right"] = "right" if x_mm in _NUMBER_COLUMNS_MM else "left"
        sheet.text(MARGIN_MM + x_mm, height, text, 8, colour, align=align)
