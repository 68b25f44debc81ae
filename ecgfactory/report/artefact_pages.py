"""Pages on the artefacts of a dataset: which there are, how strong noise is, and examples beside their clean twins."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import partial

import numpy as np

from ecgfactory.dataset.artefact_summary import SNR_EDGES_DB, ArtefactSummary
from ecgfactory.record import Record
from ecgfactory.report.export import PageMaker
from ecgfactory.report.page import MARGIN_MM, RIGHT_MM, draw_footer, draw_title
from ecgfactory.report.panel import Panel
from ecgfactory.report.sheet import Box, Sheet
from ecgfactory.report.style import PageStyle, Palette
from ecgfactory.report.twin_page import change_of, twin_page

EXAMPLES = 2
"""Samples that are shown beside their clean twins: those that artefacts changed most."""

_MIDDLE_MM = 165.0
_ROW_MM, _MOST_ROWS = 8.6, 18

_SNR = (
    "Of noise that was added: the mean variance of the clean leads that it changed, over the whole record, against the "
    "mean square of what it added to them while it lasted. Counted as realised, outermost bars with what lies beyond."
)


def artefact_pages(summary: ArtefactSummary, records: Sequence[Record], style: PageStyle) -> list[PageMaker]:
    """Return what draws the pages: one on all artefacts, then one for each of a few samples with a clean twin.

    Parameters
    ----------
    summary : ArtefactSummary
        The artefacts of the dataset.
    records : sequence of Record
        The samples; without clean twins there are no examples.
    style : PageStyle
        Scale, paper and colours of the examples.
    """
    changes = {record: change_of(record).max(initial=0) for record in records}
    most = sorted(changes, key=lambda record: -changes[record])[:EXAMPLES]
    shown = [record for record in records if record in most and changes[record] > 0]
    return [
        partial(_summary_page, summary, style.palette),
        *(partial(twin_page, record, style) for record in shown),
    ]


def _summary_page(summary: ArtefactSummary, palette: Palette) -> Sheet:
    sheet = Sheet()
    draw_title(sheet, "Artefacts", f"{summary.words}; synthetic, put in after acceptance", palette)
    _draw_kinds(sheet, summary, palette)
    _draw_snr(sheet, summary, palette)
    draw_footer(sheet, "A record has at most one artefact of a kind; features are measured on what is stored", palette)
    return sheet


def _draw_kinds(sheet: Sheet, summary: ArtefactSummary, palette: Palette) -> None:
    """Draw how many records have each kind, as bars over the share of records."""
    left, right, top = MARGIN_MM, _MIDDLE_MM - 12, 176.0
    sheet.text(left, top, "Records with each kind", 9, palette.text, bold=True)
    if not summary.kinds:
        sheet.text(left, top - 8, "none", 9, palette.muted)
    most = max((kind.count for kind in summary.kinds), default=1)
    for place, kind in enumerate(summary.kinds[:_MOST_ROWS]):
        height = top - 8 - _ROW_MM * place
        amount = kind.snr_db.words("dB") or kind.amount.words(kind.unit)
        sheet.text(left, height, kind.title, 8, palette.text)
        sheet.text(left + 84, height, amount, 7, palette.muted, align="center")
        share = f"{kind.count / summary.records:.1%}"
        sheet.text(right, height, f"{kind.count:,}  ({share})", 8, palette.muted, align="right")
        width = (right - left) * kind.count / most
        sheet.area(Box(left, height - 3.6, width, 2.2).corners, palette.major_grid)
    if len(summary.kinds) > _MOST_ROWS:
        height = top - 8 - _ROW_MM * _MOST_ROWS
        sheet.text(left, height, f"and {len(summary.kinds) - _MOST_ROWS} more", 8, palette.muted)


def _draw_snr(sheet: Sheet, summary: ArtefactSummary, palette: Palette) -> None:
    frame = Box(_MIDDLE_MM + 12, 96, RIGHT_MM - _MIDDLE_MM - 12, 70)
    panel = Panel(sheet, frame, "Signal-to-noise ratio of noise, as it came to")
    if not summary.snr_counts.sum():
        panel.message("No noise was added.")
        return
    counts = summary.snr_counts.astype(np.float64)
    held = np.flatnonzero(counts)
    low, high = SNR_EDGES_DB[max(held[0] - 1, 0)], SNR_EDGES_DB[min(held[-1] + 2, counts.size)]
    panel.scale((low, high), (0, 1.05 * counts.max()))
    panel.steps(SNR_EDGES_DB, counts, palette.major_grid)
    panel.x_axis("dB")
    panel.y_axis("artefacts")
    panel.note(f"{summary.snr_counts.sum():,}", palette.muted)
    for line, text in enumerate(textwrap.wrap(_SNR, 82)):
        sheet.text(frame.left, frame.bottom - 12 - 3.6 * line, text, 7, palette.muted)
