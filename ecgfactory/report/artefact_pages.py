"""Pages on the artefacts of a dataset: which there are, how strong noise is, and examples beside their clean twins."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.dataset.artefact_summary import SNR_EDGES_DB, ArtefactSummary
from ecgfactory.record import Record
from ecgfactory.report.artefact_words import clean_of
from ecgfactory.report.clinical import draw_ecg
from ecgfactory.report.export import PageMaker
from ecgfactory.report.page import MARGIN_MM, RIGHT_MM, draw_footer, draw_header, draw_title
from ecgfactory.report.panel import Panel
from ecgfactory.report.sheet import Box, Sheet
from ecgfactory.report.style import PageStyle, Palette

EXAMPLES = 2
"""Samples that are shown beside their clean twins: those that artefacts changed most."""

LEADS = 2
"""Leads of each: those that artefacts changed most."""

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
    changes = {record: _change(record).max(initial=0) for record in records}
    most = sorted(changes, key=lambda record: -changes[record])[:EXAMPLES]
    shown = [record for record in records if record in most and changes[record] > 0]
    return [
        partial(_summary_page, summary, style.palette),
        *(partial(twin_page, record, style) for record in shown),
    ]


def _change(record: Record) -> Float64Array:
    """Return how much artefacts changed each lead of a record, beside its variance; of no lead without a twin."""
    clean_uv = clean_of(record)
    if clean_uv is None:
        return np.empty(0)
    power = np.square(record.signal_uv.astype(np.float64) - clean_uv).mean(axis=-1)
    change: Float64Array = power / np.maximum(clean_uv.var(axis=-1), 1)
    return change


def twin_page(record: Record, style: PageStyle) -> Sheet:
    """Draw the leads of a record that artefacts changed most: without them, as stored, and the difference.

    Parameters
    ----------
    record : Record
        With a clean twin that differs from it.
    style : PageStyle
        Scale, paper and colours.
    """
    sheet = Sheet(style.sheet_paper)
    style = replace(style, layout="12x1", marks=False)
    notes = draw_ecg(sheet, _beside(record), style, names_above=True)
    draw_header(sheet, record, style)
    scale = f"{style.speed_mm_per_s} mm/s  {style.gain_mm_per_mv} mm/mV"
    which = "the leads that artefacts changed most"
    draw_footer(sheet, "   |   ".join([scale, which, *notes]), style.palette)
    return sheet


def _beside(record: Record) -> Record:
    """Return a record whose leads are a few of another's: clean, as stored, and the difference."""
    clean_uv = clean_of(record)
    assert clean_uv is not None
    stored, change = record.signal_uv.astype(np.int64), _change(record)
    most = np.argsort(-change, kind="stable")[:LEADS]
    names, signals = list[str](), []
    for lead in np.sort(most[change[most] > 0]).tolist():
        for what, signal in (
            ("clean", clean_uv[lead]),
            ("as stored", stored[lead]),
            ("difference", stored[lead] - clean_uv[lead]),
        ):
            names.append(f"{record.lead_names[lead]}, {what}")
            signals.append(np.clip(signal, -32767, 32767).astype(np.int16))
    return replace(record, lead_names=tuple(names), signal_uv=np.stack(signals), waves=None)


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
