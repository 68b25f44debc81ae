"""Marks of what a composed record is made of: symbols above its beats, and where its rhythm changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.record import Record
from ecgfactory.report.rhythm_words import BEAT_NAMES, changes_rhythm
from ecgfactory.report.sheet import Sheet, text_width_mm
from ecgfactory.report.style import Palette
from ecgfactory.report.traces import Strip
from ecgfactory.rhythm_kinds import RhythmKind
from ecgfactory.wave_table import BEAT_WAVES, NO_BEAT, WaveTable

NORMAL = "N"
"""Symbol of beats that bear none on a page."""

NOT_CONDUCTED = "x"
"""Above a P that no QRS follows, as the MIT-BIH databases have it."""

BEAT_PT, RHYTHM_PT = 8.0, 7.0
_REACH_S = 0.08
"""A symbol is above all that its trace shows so long before and after."""

_ABOVE_MM, _BELOW_MM = 1.0, 3.2
"""From the trace up to a symbol, and down to the base of the name of a rhythm."""

_HEIGHT_MM, _GAP_MM = 2.2, 1.0
"""Of a symbol; and from where a rhythm begins to its name."""

_CHANGE_MM = 6.0
"""How far the line where a rhythm begins goes above and below the baseline."""

_DASHES_PT = (2.0, 1.6)
_PAPER, _PAPER_OPACITY = "#ffffff", 0.8
"""Laid under text, so that it can be read on the grid."""


@dataclass(frozen=True)
class BeatMark:
    """A symbol on a page: its middle, and its base."""

    x_mm: float
    y_mm: float
    symbol: str


@dataclass(frozen=True)
class RhythmMark:
    """Where a rhythm begins on a page: lower and upper end of a line, and the start of what it is called."""

    x_mm: float
    low_mm: float
    high_mm: float
    text: str
    text_x_mm: float
    text_y_mm: float


def beat_marks(
    strip: Strip, baseline_mm: float, record: Record, waves: WaveTable, limits_mm: tuple[float, float]
) -> list[BeatMark]:
    """Place the symbols of the beats of a record that aren't normal, and of each P that is not conducted.

    Parameters
    ----------
    strip : Strip
        What it is above.
    baseline_mm : float
        Height of its baseline on the page.
    record : Record
        What the strip shows; without beats, as it was generated, there are no symbols.
    waves : WaveTable
        Its waves.
    limits_mm : (float, float)
        Heights on the page that no symbol leaves.
    """
    if record.beats is None:
        return []
    beats = zip(record.beats.sample.tolist(), record.beats.symbol_of_each, strict=True)
    told = [(sample, symbol) for sample, symbol in beats if symbol != NORMAL]
    told += [(int(sample), NOT_CONDUCTED) for sample in _not_conducted(waves)]
    reach = round(_REACH_S * record.sampling_rate_hz)
    highest = limits_mm[1] - _HEIGHT_MM - _ABOVE_MM / 2
    marks = []
    for sample, symbol in told:
        place = sample - strip.first
        if 0 <= place < strip.x_mm.size:
            top_mm = baseline_mm + float(strip.height_mm[max(place - reach, 0) : place + reach].max())
            marks.append(BeatMark(float(strip.x_mm[place]), min(top_mm + _ABOVE_MM, highest), symbol))
    return marks


def _not_conducted(waves: WaveTable) -> list[int]:
    of_none = (waves.beat == NO_BEAT) & (waves.wave == BEAT_WAVES.index("P")) & (waves.lead == 0)
    places: list[int] = waves.peak[of_none].tolist()
    return places


def rhythm_marks(strip: Strip, baseline_mm: float, record: Record, limits_mm: tuple[float, float]) -> list[RhythmMark]:
    """Place the rhythms of a record where they begin, if it is not in one alone; see `beat_marks`."""
    if record.rhythms is None or not changes_rhythm(record):
        return []
    places = np.clip(record.rhythms.onset - strip.first, 0, strip.x_mm.size - 1)
    begins_mm = strip.x_mm[places].tolist()
    ends_mm = [*begins_mm[1:], float(strip.x_mm[-1])]
    low_mm, high_mm = np.clip([baseline_mm - _CHANGE_MM, baseline_mm + _CHANGE_MM], *limits_mm).tolist()
    marks = []
    for begin_mm, end_mm, kind in zip(begins_mm, ends_mm, record.rhythms.kind_of_each, strict=True):
        text = _name(kind, end_mm - begin_mm - 2 * _GAP_MM)
        width_mm = text_width_mm(text, RHYTHM_PT, bold=True)
        left_mm = min(begin_mm + _GAP_MM, float(strip.x_mm[-1]) - width_mm)
        below = strip.height_mm[(strip.x_mm >= left_mm) & (strip.x_mm <= left_mm + width_mm)]
        base_mm = max(baseline_mm + float(below.min(initial=0)) - _BELOW_MM, limits_mm[0] + _GAP_MM)
        marks.append(RhythmMark(begin_mm, low_mm, high_mm, text, left_mm, base_mm))
    return marks


def _name(kind: RhythmKind, room_mm: float) -> str:
    """Return the title of a rhythm, or what it is called in annotation files where there is no room for that."""
    return kind.title if text_width_mm(kind.title, RHYTHM_PT, bold=True) <= room_mm else short_name(kind)


def short_name(kind: RhythmKind) -> str:
    """Return what a rhythm is called in annotation files."""
    return kind.aux.removeprefix("(")


def draw_beat_marks(sheet: Sheet, marks: list[BeatMark], palette: Palette) -> None:
    """Draw the symbols of beats."""
    for mark in marks:
        _lay_paper(sheet, mark.x_mm - 1.1, mark.y_mm, 2.2)
        sheet.text(mark.x_mm, mark.y_mm, mark.symbol, BEAT_PT, palette.accent, bold=True, align="center")


def draw_rhythm_marks(sheet: Sheet, marks: list[RhythmMark], palette: Palette) -> None:
    """Draw where rhythms begin, and what they are."""
    for mark in marks:
        sheet.line([mark.x_mm] * 2, [mark.low_mm, mark.high_mm], palette.accent, 0.9, dashes_pt=_DASHES_PT)
        _lay_paper(sheet, mark.text_x_mm, mark.text_y_mm, text_width_mm(mark.text, RHYTHM_PT, bold=True))
        sheet.text(mark.text_x_mm, mark.text_y_mm, mark.text, RHYTHM_PT, palette.accent, bold=True)


def _lay_paper(sheet: Sheet, left_mm: float, base_mm: float, width_mm: float) -> None:
    low, high, right_mm = base_mm - 0.5, base_mm + _HEIGHT_MM, left_mm + width_mm
    corners = np.array([(left_mm, low), (right_mm, low), (right_mm, high), (left_mm, high)])
    sheet.area(corners, _PAPER, _PAPER_OPACITY)


def beat_legend(record: Record, waves: WaveTable) -> str:
    """Say what the symbols of a record stand for; empty where it has none."""
    found = record.beats.found if record.beats is not None else {}
    told = [f"{symbol} {BEAT_NAMES[symbol]}" for symbol in found if symbol != NORMAL]
    if record.beats is not None and _not_conducted(waves):
        told.append(f"{NOT_CONDUCTED} P not conducted")
    return ", ".join(told)
